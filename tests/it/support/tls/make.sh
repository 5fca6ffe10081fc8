#!/bin/sh
# How the certificates of this folder were made: a test authority, and a server for the names that the tests
# use (0.0.0.0 leads to this machine without being a loopback address). Valid from 2020 to 2119, so that no clock they are tested under finds them too new or too old. The
# authority's key is thrown away; the server's key is worth nothing to anybody.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cat >"$work/ca.cnf" <<END
[ca]
default_ca = tests
[tests]
database = $work/index
new_certs_dir = $work
serial = $work/serial
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
[req]
distinguished_name = name
prompt = no
[name]
commonName = set by -subj
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[server]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = DNS:localhost, IP:127.0.0.1, IP:0.0.0.0, DNS:aws.example.test, DNS:*.aws.example.test, DNS:gateway.example.test
END
: >"$work/index"
echo 1000 >"$work/serial"
valid="-startdate 20200101000000Z -enddate 21190101000000Z"

for name in ca server; do
    openssl ecparam -name prime256v1 -genkey -noout -out "$work/$name.sec1"
    openssl pkcs8 -topk8 -nocrypt -in "$work/$name.sec1" -out "$work/$name.key"
    openssl req -new -config "$work/ca.cnf" -key "$work/$name.key" -subj "/CN=opsctl test $name" -out "$work/$name.csr"
done
# shellcheck disable=SC2086
openssl ca -batch -notext -config "$work/ca.cnf" $valid -extensions authority -selfsign \
    -keyfile "$work/ca.key" -in "$work/ca.csr" -out "$work/ca.pem"
# shellcheck disable=SC2086
openssl ca -batch -notext -config "$work/ca.cnf" $valid -extensions server \
    -cert "$work/ca.pem" -keyfile "$work/ca.key" -in "$work/server.csr" -out "$work/server.pem"
cp "$work/ca.pem" "$work/server.pem" "$work/server.key" .
