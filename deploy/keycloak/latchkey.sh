#!/usr/bin/env bash
# Creates Latchkey's client in a Keycloak realm, and prints its secret. Needs Keycloak's kcadm.sh on the PATH, or in KCADM.
#
#   kcadm.sh config credentials --server https://id.example.com --realm master --user admin
#   REALM=acme BROKER=https://latchkey.example.com CHROME_ID=… ./latchkey.sh
#
# With an existing client of this name, kcadm says so, and nothing changes. To begin anew, delete it first.
set -euo pipefail

: "${REALM:?the realm of the people who sign in}"
: "${BROKER:?the issuer in latchkey.yaml, such as https://latchkey.example.com}"
: "${CHROME_ID=}" "${FIREFOX_ID=}"
# The name of the provider in latchkey.yaml, and what it has as client_id.
: "${UPSTREAM:=keycloak}" "${CLIENT_ID:=latchkey}"
: "${KCADM:=kcadm.sh}"
# To choose the secret, set CLIENT_SECRET.
secret=${CLIENT_SECRET:-$(head -c 32 /dev/urandom | base64 | tr -d '+/=\n')}

redirects="\"$BROKER/callback\""
[[ -z $CHROME_ID ]] || redirects+=", \"https://$CHROME_ID.chromiumapp.org/\""
[[ -z $FIREFOX_ID ]] || redirects+=", \"https://$(printf %s "$FIREFOX_ID" | sha1sum | cut -d' ' -f1).extensions.allizom.org/\""

"$KCADM" create clients -r "$REALM" -f - <<JSON
{
  "clientId": "$CLIENT_ID",
  "name": "Latchkey",
  "protocol": "openid-connect",
  "publicClient": false,
  "clientAuthenticatorType": "client-secret",
  "secret": "$secret",
  "standardFlowEnabled": true,
  "implicitFlowEnabled": false,
  "directAccessGrantsEnabled": false,
  "serviceAccountsEnabled": false,
  "fullScopeAllowed": false,
  "redirectUris": [$redirects],
  "webOrigins": [],
  "frontchannelLogout": false,
  "attributes": {
    "pkce.code.challenge.method": "S256",
    "post.logout.redirect.uris": "$BROKER/signout",
    "backchannel.logout.url": "$BROKER/hooks/$UPSTREAM/backchannel-logout",
    "backchannel.logout.session.required": "true",
    "backchannel.logout.revoke.offline.tokens": "false"
  },
  "protocolMappers": [
    {
      "name": "groups",
      "protocol": "openid-connect",
      "protocolMapper": "oidc-group-membership-mapper",
      "config": {
        "claim.name": "groups",
        "full.path": "false",
        "id.token.claim": "true",
        "userinfo.token.claim": "true",
        "access.token.claim": "false"
      }
    }
  ]
}
JSON
echo "client_secret: $secret"
