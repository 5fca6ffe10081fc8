//! Pages for a browser, without scripts: where a user approves the code of a device, and where a program's browser is
//! sent on.

use crate::sandbox::account::Account;
use crate::sandbox::http::escape;
use crate::sandbox::services::{RestCall, RestReply, ServiceError};
use crate::sandbox::sso::{Asking, Verdict, Way};
use http::header::{
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::{HeaderName, HeaderValue, StatusCode};
use jiff::Timestamp;
use url::Url;

pub fn start(_: &Account, _: &RestCall<'_>, _: Timestamp) -> Result<RestReply, ServiceError> {
    let text = "<p>This is the start URL of a sandbox: clients sign in with it. <a href=\"/device\">Enter a code</a></p>";
    Ok(page(StatusCode::OK, text, None))
}

pub fn device(account: &Account, call: &RestCall<'_>, now: Timestamp) -> Result<RestReply, ServiceError> {
    let Some(code) = call.query("user_code") else {
        let form = "<form action=\"/device\"><label>Code <input name=\"user_code\" autocomplete=\"off\"></label> \
                    <button>Next</button></form>";
        return Ok(page(StatusCode::OK, form, None));
    };
    let Some(client) = account.sso.waiting(code, now) else { return Ok(nobody_waits()) };
    let question = format!(
        "<p>{} wants to sign in and shows the code <strong>{}</strong>. Approve it only if you see the same code \
         there.</p>",
        escape(&client),
        escape(code)
    );
    Ok(page(StatusCode::OK, &(question + &buttons("/device", "user_code", code)), None))
}

pub fn decided(account: &Account, call: &RestCall<'_>, now: Timestamp) -> Result<RestReply, ServiceError> {
    let verdict = verdict(call)?;
    if !account.sso.decide(&field(call.body, "user_code"), verdict, now) {
        return Ok(nobody_waits());
    }
    let text = match verdict {
        Verdict::Approved => "<p>Approved: go back to where you came from.</p>",
        Verdict::Refused => "<p>Refused.</p>",
    };
    Ok(page(StatusCode::OK, text, None))
}

pub fn authorize(account: &Account, call: &RestCall<'_>, now: Timestamp) -> Result<RestReply, ServiceError> {
    let query = |name| call.query(name).unwrap_or_default();
    let asking = Asking {
        response_type: query("response_type"),
        client_id: query("client_id"),
        redirect_uri: query("redirect_uri"),
        state: query("state"),
        code_challenge: query("code_challenge"),
        code_challenge_method: query("code_challenge_method"),
    };
    match account.sso.authorize(asking, now)? {
        Way::To(url) => sent_to(&url, StatusCode::FOUND),
        Way::Ask { ticket, client, back } => {
            let question = format!("<p>{} wants to sign in.</p>", escape(&client));
            Ok(page(StatusCode::OK, &(question + &buttons("/authorize", "ticket", &ticket)), Some(&back)))
        }
    }
}

pub fn authorized(account: &Account, call: &RestCall<'_>, now: Timestamp) -> Result<RestReply, ServiceError> {
    match account.sso.answer(&field(call.body, "ticket"), verdict(call)?, now)? {
        // The browser asks there with GET.
        Some(url) => sent_to(&url, StatusCode::SEE_OTHER),
        None => Ok(nobody_waits()),
    }
}

fn verdict(call: &RestCall<'_>) -> Result<Verdict, ServiceError> {
    match field(call.body, "verdict").as_str() {
        "approve" => Ok(Verdict::Approved),
        "refuse" => Ok(Verdict::Refused),
        _ => Err(ServiceError::new("InvalidRequestException", "the verdict is approve or refuse")),
    }
}

fn field(body: &[u8], name: &str) -> String {
    let mut fields = url::form_urlencoded::parse(body);
    fields.find(|(key, _)| key == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
}

fn nobody_waits() -> RestReply {
    page(
        StatusCode::NOT_FOUND,
        "<p>Nobody waits for this code: it is unknown, decided or has expired.</p>",
        None,
    )
}

fn buttons(action: &str, name: &str, value: &str) -> String {
    let value = escape(value).replace('"', "&quot;");
    format!(
        "<form method=\"post\" action=\"{action}\"><input type=\"hidden\" name=\"{name}\" value=\"{value}\">\
         <button name=\"verdict\" value=\"approve\">Approve</button> \
         <button name=\"verdict\" value=\"refuse\">Refuse</button></form>"
    )
}

/// `back`: where the answer to its form leads to, which a browser has to be told.
fn page(status: StatusCode, text: &str, back: Option<&Url>) -> RestReply {
    let body = format!(
        "<!DOCTYPE html><html lang=\"en\"><meta charset=\"utf-8\"><title>opsctl sandbox</title>\
         <h1>Sign in to the sandbox</h1>{text}</html>\n"
    );
    let back = back.map(|url| format!(" {}", url.origin().ascii_serialization())).unwrap_or_default();
    let policy =
        format!("default-src 'none'; form-action 'self'{back}; frame-ancestors 'none'; base-uri 'none'");
    let mut reply = RestReply { status, body: body.into(), ..RestReply::default() };
    let mut set = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            reply.headers.insert(name, value);
        }
    };
    set(CONTENT_TYPE, "text/html; charset=utf-8");
    set(CONTENT_SECURITY_POLICY, &policy);
    set(X_FRAME_OPTIONS, "DENY");
    set(X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(REFERRER_POLICY, "same-origin");
    reply
}

fn sent_to(url: &Url, status: StatusCode) -> Result<RestReply, ServiceError> {
    let mut reply = RestReply { status, ..RestReply::default() };
    let location = HeaderValue::from_str(url.as_str()).map_err(ServiceError::internal)?;
    reply.headers.insert(LOCATION, location);
    reply.headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    Ok(reply)
}
