//! The documents of AWS that sessions of the kind `Port` are started with: their parameters, what a session gets of them,
//! and how they read. What a port session does is `sandbox::sessions`' business.

use super::{ServiceError, invalid_parameters};
use crate::sandbox::sessions::PortDocument;
use serde_json::{Map, Value, json};
use std::collections::HashMap;

pub struct PortParameters {
    pub name: &'static str,
    description: &'static str,
    parameters: &'static [Parameter],
    /// The client listens; otherwise its stdin and stdout are the connection.
    is_local: bool,
}

struct Parameter {
    name: &'static str,
    kind: Kind,
    description: &'static str,
    default: Option<&'static str>,
}

#[derive(Clone, Copy)]
enum Kind {
    Port,
    /// Where the client listens: a port, or 0 for any that is free.
    LocalPort,
    Host,
    SocketPath,
}

const fn port(default: &'static str) -> Parameter {
    Parameter {
        name: "portNumber",
        kind: Kind::Port,
        description: "The port of the node or of the host",
        default: Some(default),
    }
}

const LOCAL_PORT: Parameter = Parameter {
    name: "localPortNumber",
    kind: Kind::LocalPort,
    description: "The port the client listens at; 0 for any that is free",
    default: Some("0"),
};

pub static ALL: [PortParameters; 4] = [
    PortParameters {
        name: "AWS-StartPortForwardingSession",
        description: "Forwards connections to a port of the node",
        parameters: &[port("80"), LOCAL_PORT],
        is_local: true,
    },
    PortParameters {
        name: "AWS-StartPortForwardingSessionToRemoteHost",
        description: "Forwards connections to a port of a host that the node reaches",
        parameters: &[
            Parameter {
                name: "host",
                kind: Kind::Host,
                description: "The name or address of the host",
                default: Some("localhost"),
            },
            port("80"),
            LOCAL_PORT,
        ],
        is_local: true,
    },
    PortParameters {
        name: "AWS-StartPortForwardingSessionToSocket",
        description: "Forwards connections of a local unix socket to a port of the node",
        parameters: &[
            port("80"),
            Parameter {
                name: "localUnixSocket",
                kind: Kind::SocketPath,
                description: "The path of the socket the client listens at",
                default: None,
            },
        ],
        is_local: true,
    },
    PortParameters {
        name: "AWS-StartSSHSession",
        description: "Carries one connection to a port of the node over the client's stdin and stdout",
        parameters: &[port("22")],
        is_local: false,
    },
];

pub fn find(name: &str) -> Option<&'static PortParameters> {
    ALL.iter().find(|document| document.name == name)
}

impl PortParameters {
    /// Takes the parameters that the document has; what is left, it has not.
    pub fn session(
        &self,
        parameters: &mut HashMap<String, Vec<String>>,
    ) -> Result<PortDocument, ServiceError> {
        let mut properties = Map::new();
        for parameter in self.parameters {
            properties.insert(parameter.name.to_owned(), parameter.take(parameters)?.into());
        }
        let text = |name: &str| properties.get(name).and_then(Value::as_str);
        let host = text("host").map(str::to_owned);
        let port = text("portNumber").and_then(|port| port.parse().ok()).unwrap_or_default();
        if text("localUnixSocket").is_some() {
            properties.insert("localConnectionType".to_owned(), "unix".into());
        }
        if self.is_local {
            properties.insert("type".to_owned(), "LocalPortForwarding".into());
        }
        Ok(PortDocument { host, port, is_local: self.is_local, properties: properties.into() })
    }

    pub fn content(&self) -> Value {
        let mut parameters = Map::new();
        let mut properties = Map::new();
        for parameter in self.parameters {
            let mut described = json!({ "type": "String", "description": parameter.description });
            described["allowedPattern"] = parameter.kind.pattern().into();
            if let Some(default) = parameter.default {
                described["default"] = default.into();
            }
            parameters.insert(parameter.name.to_owned(), described);
            properties.insert(parameter.name.to_owned(), format!("{{{{ {} }}}}", parameter.name).into());
        }
        if self.is_local {
            properties.insert("type".to_owned(), "LocalPortForwarding".into());
        }
        json!({
            "schemaVersion": "1.0",
            "description": self.description,
            "sessionType": "Port",
            "parameters": parameters,
            "properties": properties,
        })
    }
}

impl Parameter {
    fn take(&self, parameters: &mut HashMap<String, Vec<String>>) -> Result<String, ServiceError> {
        let values = match parameters.remove(self.name) {
            Some(values) => values,
            None => self.default.map(str::to_owned).into_iter().collect(),
        };
        match <[String; 1]>::try_from(values) {
            Ok([value]) if self.kind.allows(&value) => Ok(value),
            _ => {
                let (name, expected) = (self.name, self.kind.expected());
                Err(invalid_parameters(&format!("the parameter {name} must be one value, {expected}")))
            }
        }
    }
}

impl Kind {
    fn allows(self, value: &str) -> bool {
        let is_number = || value.bytes().all(|byte| byte.is_ascii_digit()) && !value.starts_with('0');
        let is_port = || is_number() && value.parse::<u16>().is_ok();
        match self {
            Kind::Port => is_port(),
            Kind::LocalPort => value == "0" || is_port(),
            Kind::Host => {
                (1..=253).contains(&value.len())
                    && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_:".contains(&byte))
            }
            // The longest path that a socket can have.
            Kind::SocketPath => (1..=107).contains(&value.len()) && !value.contains('\0'),
        }
    }

    const fn expected(self) -> &'static str {
        match self {
            Kind::Port => "a port from 1 to 65535",
            Kind::LocalPort => "a port from 0 to 65535",
            Kind::Host => "the name or address of a host",
            Kind::SocketPath => "a path of at most 107 bytes",
        }
    }

    const fn pattern(self) -> &'static str {
        match self {
            Kind::Port => "^[1-9][0-9]{0,4}$",
            Kind::LocalPort => "^(0|[1-9][0-9]{0,4})$",
            Kind::Host => "^[a-zA-Z0-9._:-]{1,253}$",
            Kind::SocketPath => "^.{1,107}$",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(name: &str, parameters: &[(&str, &[&str])]) -> Result<PortDocument, String> {
        let texts = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect();
        let mut given: HashMap<String, Vec<String>> =
            parameters.iter().map(|(name, values)| ((*name).to_owned(), texts(values))).collect();
        let document = find(name).unwrap().session(&mut given).map_err(|error| error.message)?;
        assert!(given.is_empty(), "{given:?}");
        Ok(document)
    }

    #[test]
    fn parameters_become_what_the_handshake_tells() {
        const PLAIN: &str = "AWS-StartPortForwardingSession";
        const REMOTE: &str = "AWS-StartPortForwardingSessionToRemoteHost";
        const SOCKET: &str = "AWS-StartPortForwardingSessionToSocket";
        const SSH: &str = "AWS-StartSSHSession";
        type Given = &'static [(&'static str, &'static [&'static str])];
        let local = "LocalPortForwarding";
        type Expected = (Option<&'static str>, u16, bool, Value);
        let cases: [(&str, Given, Expected); 7] = [
            (
                PLAIN,
                &[("portNumber", &["5432"]), ("localPortNumber", &["15432"])],
                (None, 5432, true, json!({"portNumber": "5432", "localPortNumber": "15432", "type": local})),
            ),
            (
                PLAIN,
                &[],
                (None, 80, true, json!({"portNumber": "80", "localPortNumber": "0", "type": local})),
            ),
            (
                REMOTE,
                &[("host", &["db.internal"]), ("portNumber", &["65535"])],
                (
                    Some("db.internal"),
                    65535,
                    true,
                    json!({"host": "db.internal", "portNumber": "65535", "localPortNumber": "0", "type": local}),
                ),
            ),
            (
                REMOTE,
                &[],
                (
                    Some("localhost"),
                    80,
                    true,
                    json!({"host": "localhost", "portNumber": "80", "localPortNumber": "0", "type": local}),
                ),
            ),
            (
                SOCKET,
                &[("portNumber", &["1"]), ("localUnixSocket", &["/tmp/a socket"])],
                (
                    None,
                    1,
                    true,
                    json!({"portNumber": "1", "localUnixSocket": "/tmp/a socket", "localConnectionType": "unix", "type": local}),
                ),
            ),
            (SSH, &[], (None, 22, false, json!({"portNumber": "22"}))),
            (SSH, &[("portNumber", &["2222"])], (None, 2222, false, json!({"portNumber": "2222"}))),
        ];
        for (name, given, (host, port, is_local, properties)) in cases {
            let expected = PortDocument { host: host.map(str::to_owned), port, is_local, properties };
            assert_eq!(session(name, given), Ok(expected), "{name} {given:?}");
        }
    }

    #[test]
    fn values_that_no_session_could_use_are_refused() {
        let long = "x".repeat(254);
        for (name, parameter, values, expected) in [
            ("AWS-StartSSHSession", "portNumber", &["0"][..], "a port from 1 to 65535"),
            ("AWS-StartSSHSession", "portNumber", &["65536"], "a port from 1 to 65535"),
            ("AWS-StartSSHSession", "portNumber", &["+22"], "a port from 1 to 65535"),
            ("AWS-StartSSHSession", "portNumber", &["022"], "a port from 1 to 65535"),
            ("AWS-StartSSHSession", "portNumber", &["ssh"], "a port from 1 to 65535"),
            ("AWS-StartSSHSession", "portNumber", &[""], "a port from 1 to 65535"),
            ("AWS-StartSSHSession", "portNumber", &["22", "23"], "a port from 1 to 65535"),
            ("AWS-StartSSHSession", "portNumber", &[], "a port from 1 to 65535"),
            ("AWS-StartPortForwardingSession", "localPortNumber", &["70000"], "a port from 0 to 65535"),
            ("AWS-StartPortForwardingSessionToRemoteHost", "host", &["a b"], "the name or address of a host"),
            ("AWS-StartPortForwardingSessionToRemoteHost", "host", &[&long], "the name or address of a host"),
            (
                "AWS-StartPortForwardingSessionToSocket",
                "localUnixSocket",
                &[""],
                "a path of at most 107 bytes",
            ),
        ] {
            let message = format!("the parameter {parameter} must be one value, {expected}");
            assert_eq!(session(name, &[(parameter, values)]), Err(message), "{name} {values:?}");
        }
        let missing = session("AWS-StartPortForwardingSessionToSocket", &[]);
        assert!(missing.unwrap_err().contains("localUnixSocket"));
    }
}
