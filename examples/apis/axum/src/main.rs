//! One protected route. Settings: ISSUER, AUDIENCE, PORT, and JWKS_URI if the keys are not at ISSUER/jwks.

mod keys;

use std::{env, sync::Arc};

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use jsonwebtoken::{Algorithm, Validation, decode, decode_header};
use keys::Keys;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[allow(dead_code)] // Without these, a token is not an access token (RFC 9068).
struct Claims {
    sub: String,
    client_id: String,
    iat: u64,
    #[serde(default)]
    scope: String,
    #[serde(default)]
    groups: Vec<String>,
    cnf: Option<Value>,
}

struct Api {
    keys: Keys,
    validation: Validation,
}

enum Refusal {
    NoToken,
    InvalidToken,
    InsufficientScope(&'static str),
    InsufficientGroup,
    NoKeys,
}

impl IntoResponse for Refusal {
    /// With a challenge (RFC 6750, section 3).
    fn into_response(self) -> Response {
        let (status, challenge) = match self {
            Refusal::NoToken => (StatusCode::UNAUTHORIZED, "Bearer".to_owned()),
            Refusal::InvalidToken => (StatusCode::UNAUTHORIZED, r#"Bearer error="invalid_token""#.to_owned()),
            Refusal::InsufficientScope(scope) => (
                StatusCode::FORBIDDEN,
                format!(r#"Bearer error="insufficient_scope", scope="{scope}""#),
            ),
            Refusal::InsufficientGroup => (StatusCode::FORBIDDEN, r#"Bearer error="insufficient_group""#.to_owned()),
            Refusal::NoKeys => return StatusCode::SERVICE_UNAVAILABLE.into_response(),
        };
        (status, [(header::WWW_AUTHENTICATE, challenge)]).into_response()
    }
}

impl Api {
    /// Lets a person with this scope and in this group pass.
    async fn require(&self, headers: &HeaderMap, scope: &'static str, group: &str) -> Result<Claims, Refusal> {
        let authorization = headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .unwrap_or("");
        let claims = match authorization.split_once(' ') {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => self.verify(token).await?,
            _ => return Err(Refusal::NoToken),
        };
        if !claims.scope.split(' ').any(|each| each == scope) {
            return Err(Refusal::InsufficientScope(scope));
        }
        if !claims.groups.iter().any(|each| each == group) {
            return Err(Refusal::InsufficientGroup);
        }
        Ok(claims)
    }

    async fn verify(&self, token: &str) -> Result<Claims, Refusal> {
        let header = decode_header(token).map_err(|_| Refusal::InvalidToken)?;
        // An ID token has the same issuer and keys, but another type.
        let typ = header.typ.unwrap_or_default().to_ascii_lowercase();
        if typ.trim_start_matches("application/") != "at+jwt" {
            return Err(Refusal::InvalidToken);
        }
        // `jsonwebtoken` leaves extensions that a verifier must understand to its caller (RFC 7515, section 4.1.11).
        if header.crit.is_some() {
            return Err(Refusal::InvalidToken);
        }
        let kid = header.kid.ok_or(Refusal::InvalidToken)?;
        let key = self
            .keys
            .find(&kid)
            .await
            .map_err(|_| Refusal::NoKeys)?
            .ok_or(Refusal::InvalidToken)?;
        let claims = decode::<Claims>(token, &key, &self.validation)
            .map_err(|_| Refusal::InvalidToken)?
            .claims;
        // A token that is bound to a key is worth nothing without a proof (RFC 9449), which is not checked here.
        if claims.cnf.is_some() {
            Err(Refusal::InvalidToken)
        } else {
            Ok(claims)
        }
    }
}

async fn orders(State(api): State<Arc<Api>>, headers: HeaderMap) -> Result<Json<Value>, Refusal> {
    let claims = api.require(&headers, "orders:read", "example:staff").await?;
    Ok(Json(json!({ "subject": claims.sub, "orders": [] })))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let issuer = env::var("ISSUER")?;
    let mut validation = Validation::new(Algorithm::ES256);
    validation.set_issuer(&[&issuer]);
    validation.set_audience(&[env::var("AUDIENCE")?]);
    validation.set_required_spec_claims(&["iss", "aud", "exp"]);
    validation.validate_nbf = true;
    let keys = Keys::at(env::var("JWKS_URI").unwrap_or_else(|_| format!("{issuer}/jwks")));
    let app = Router::new()
        .route("/orders", get(orders))
        .with_state(Arc::new(Api { keys, validation }));
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{}", env::var("PORT")?)).await?;
    Ok(axum::serve(listener, app).await?)
}
