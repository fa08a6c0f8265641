//! The issuer's keys: `jsonwebtoken` verifies signatures, but doesn't fetch keys.

use std::time::{Duration, Instant};

use jsonwebtoken::{DecodingKey, jwk::JwkSet};
use tokio::sync::Mutex;

/// How long keys are used. A revoked key is accepted until then.
const FRESH: Duration = Duration::from_secs(300);
/// Anyone can make up a `kid`. An unknown one loads the keys at most this often.
const PAUSE: Duration = Duration::from_secs(30);

pub struct Keys {
    url: String,
    client: reqwest::Client,
    loaded: Mutex<Option<(Instant, JwkSet)>>,
}

impl Keys {
    pub fn at(url: String) -> Self {
        let client = reqwest::Client::builder()
            .timeout(Duration::from_secs(5))
            .build()
            .expect("a client without options");
        Self {
            url,
            client,
            loaded: Mutex::new(None),
        }
    }

    /// The key with this `kid`; `None` if the issuer has no such key.
    pub async fn find(&self, kid: &str) -> Result<Option<DecodingKey>, reqwest::Error> {
        let mut loaded = self.loaded.lock().await;
        let usable = match &*loaded {
            Some((at, keys)) if at.elapsed() < FRESH => keys.find(kid).is_some() || at.elapsed() < PAUSE,
            _ => false,
        };
        if !usable {
            let keys = self
                .client
                .get(&self.url)
                .send()
                .await?
                .error_for_status()?
                .json()
                .await?;
            *loaded = Some((Instant::now(), keys));
        }
        let key = loaded.as_ref().and_then(|(_, keys)| keys.find(kid));
        Ok(key.and_then(|key| DecodingKey::from_jwk(key).ok()))
    }
}
