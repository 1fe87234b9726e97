//! The header `X-calendar-access-token`.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::digest::KeyInit;
use hmac::{Hmac, Mac};
use rocket::http::Method;
use serde_json::{Value, json};
use sha2::{Sha256, Sha512};

use crate::reference::with_park;
use crate::support::calendar::{Calendar, KEY, NOW, PARK, Settings};
use crate::support::calls::CALLS;
use crate::support::expected::data;
use crate::support::printed_token::PRINTED_TOKEN;

const ME: &str = r#"{"useremail":"park@jungi.me","created":"Mon, 19 Jun 2017 19:55:04 GMT","timezone":"Asia/Seoul"}"#;

const HEADER: &str = "X-calendar-access-token";

fn base64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn hs256(text: &str, key: &[u8]) -> Vec<u8> {
    Hmac::<Sha256>::new_from_slice(key).unwrap().chain_update(text).finalize().into_bytes().to_vec()
}

/// A token with these claims, signed with HS256 and `key`, whatever `header` says.
fn signed(header: &str, claims: &str, key: &[u8]) -> String {
    let text = format!("{}.{}", base64(header), base64(claims));
    let signature = base64(hs256(&text, key));
    format!("{text}.{signature}")
}

fn with_claims(claims: &Value) -> String {
    signed(r#"{"typ":"JWT","alg":"HS256"}"#, &claims.to_string(), KEY)
}

/// The claims of the earlier system's tokens.
fn claims() -> Value {
    json!({"iss": "JUNGIPARK", "useremail": PARK, "aud": "CALENDAR_API"})
}

#[track_caller]
fn assert_accepts(calendar: &Calendar, token: &str) {
    calendar.get("/user/", token).is(200, &data(ME));
}

fn part(token: &str, index: usize) -> Value {
    let part = token.split('.').nth(index).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

#[test]
fn the_token_that_the_reference_prints_is_accepted() {
    assert_accepts(&with_park(), PRINTED_TOKEN);
    assert_eq!(part(PRINTED_TOKEN, 1), claims());
}

#[test]
fn a_token_is_an_hs256_jwt_with_the_published_claims_and_iat() {
    let calendar = Calendar::new();
    let token = calendar.register("Park@jungi.me");
    assert_eq!(part(&token, 0), json!({"typ": "JWT", "alg": "HS256"}));
    assert_eq!(
        part(&token, 1),
        json!({"iss": "JUNGIPARK", "aud": "CALENDAR_API", "useremail": "Park@jungi.me", "iat": NOW})
    );
    let (text, signature) = token.rsplit_once('.').unwrap();
    assert_eq!(signature, base64(hs256(text, KEY)));
}

#[test]
fn a_token_expires_where_a_lifetime_is_set() {
    let lifetime = Some(Duration::from_secs(60));
    let calendar = Calendar::with(Settings { token_lifetime: lifetime, ..Settings::default() });
    let token = calendar.register(PARK);
    assert_eq!(part(&token, 1)["exp"], json!(NOW + 60));
    assert_eq!(part(&token, 1)["iat"], json!(NOW));
    assert_accepts(&calendar, &token);
    calendar.clock.set(NOW + 59);
    assert_accepts(&calendar, &token);
    for later in [60, 61, 1_000_000_000] {
        calendar.clock.set(NOW + later);
        calendar.get("/user/", &token).bad_token();
    }
}

#[test]
fn a_token_without_iat_and_exp_is_accepted_also_where_a_lifetime_is_set() {
    let lifetime = Some(Duration::from_secs(60));
    let calendar = Calendar::with(Settings { token_lifetime: lifetime, ..Settings::default() });
    calendar.register(PARK);
    calendar.clock.set(NOW + 1_000_000_000);
    let token = with_claims(&claims());
    let answer = calendar.get("/user/", &token);
    answer.is(200, &data(ME));
}

#[test]
fn an_expiry_in_a_token_counts_also_where_no_lifetime_is_set() {
    let calendar = with_park();
    for (exp, valid) in [
        (json!(NOW + 1), true),
        (json!(NOW), false),
        (json!(NOW - 1), false),
        (json!(0), false),
        (json!(-1), false),
        (json!("tomorrow"), false),
    ] {
        let mut claims = claims();
        claims["exp"] = exp;
        let token = with_claims(&claims);
        if valid {
            assert_accepts(&calendar, &token);
        } else {
            calendar.get("/user/", &token).bad_token();
        }
    }
}

#[test]
fn a_token_may_have_further_claims_and_header_fields() {
    let calendar = with_park();
    let mut claims = claims();
    claims["nickname"] = json!("박");
    assert_accepts(&calendar, &with_claims(&claims));
    assert_accepts(&calendar, &signed(r#"{"alg":"HS256"}"#, &claims.to_string(), KEY));
    assert_accepts(&calendar, &signed(r#"{"alg":"HS256","kid":"1"}"#, &claims.to_string(), KEY));
}

#[test]
fn the_useremail_claim_is_case_insensitive() {
    let calendar = with_park();
    let mut claims = claims();
    claims["useremail"] = json!("PARK@JUNGI.ME");
    assert_accepts(&calendar, &with_claims(&claims));
}

#[test]
fn only_hs256_is_accepted() {
    let calendar = with_park();
    let claims = claims().to_string();
    for algorithm in
        ["none", "None", "NONE", "HS384", "HS512", "RS256", "ES256", "PS256", "EdDSA", "hs256", ""]
    {
        let header = json!({"typ": "JWT", "alg": algorithm}).to_string();
        calendar.get("/user/", &signed(&header, &claims, KEY)).bad_token();
        let unsigned = format!("{}.{}.", base64(&header), base64(&claims));
        calendar.get("/user/", &unsigned).bad_token();
        calendar.get("/user/", unsigned.trim_end_matches('.')).bad_token();
    }
    let text = format!("{}.{}", base64(r#"{"typ":"JWT","alg":"HS512"}"#), base64(&claims));
    let hs512 = Hmac::<Sha512>::new_from_slice(KEY).unwrap().chain_update(&text).finalize();
    calendar.get("/user/", &format!("{text}.{}", base64(hs512.into_bytes()))).bad_token();
    for header in ["{}", r#"{"typ":"JWT"}"#, r#"{"alg":null}"#, r#"{"alg":["HS256"]}"#, "[]", ""] {
        calendar.get("/user/", &signed(header, &claims, KEY)).bad_token();
    }
}

#[test]
fn only_the_servers_key_is_accepted() {
    let calendar = with_park();
    for key in
        [&b"secret_key_2018"[..], b"secret_key_201", b"secret_key_2017\0x", b"", b"Secret_key_2017"]
    {
        let token = signed(r#"{"typ":"JWT","alg":"HS256"}"#, &claims().to_string(), key);
        calendar.get("/user/", &token).bad_token();
    }
}

#[test]
fn only_this_issuer_and_this_audience_are_accepted() {
    let calendar = with_park();
    for claim in ["iss", "aud"] {
        let mut missing = claims();
        missing.as_object_mut().unwrap().remove(claim);
        calendar.get("/user/", &with_claims(&missing)).bad_token();
        for wrong in [json!("OTHER"), json!(""), json!(null), json!(1), json!([]), json!(["OTHER"])]
        {
            let mut claims = claims();
            claims[claim] = wrong;
            calendar.get("/user/", &with_claims(&claims)).bad_token();
        }
    }
    let mut lower = claims();
    lower["iss"] = json!("jungipark");
    calendar.get("/user/", &with_claims(&lower)).bad_token();
}

#[test]
fn only_a_user_who_exists_is_accepted() {
    let calendar = with_park();
    for email in
        [json!("kim@example.com"), json!(""), json!(" park@jungi.me"), json!(null), json!(1)]
    {
        let mut claims = claims();
        claims["useremail"] = email;
        calendar.get("/user/", &with_claims(&claims)).bad_token();
    }
    let mut missing = claims();
    missing.as_object_mut().unwrap().remove("useremail");
    calendar.get("/user/", &with_claims(&missing)).bad_token();
    calendar.execute("DELETE FROM user");
    calendar.get("/user/", &with_claims(&claims())).bad_token();
}

#[test]
fn a_malformed_jwt_is_refused() {
    let calendar = with_park();
    let token = with_claims(&claims());
    let (text, signature) = token.rsplit_once('.').unwrap();
    let (header, payload) = text.split_once('.').unwrap();
    let mut changed = claims();
    changed["useremail"] = json!("kim@example.com");
    let changed = base64(changed.to_string());
    for bad in [
        "x".to_owned(),
        ".".into(),
        "..".into(),
        "a.b.c".into(),
        "null".into(),
        format!("Bearer {token}"),
        format!("\"{token}\""),
        format!("{token}."),
        format!("{token}.{token}"),
        format!("{token}="),
        format!("{text}."),
        text.into(),
        format!("{text}.{}", &signature[1..]),
        format!("{text}.{signature}AA"),
        format!("{header}.{changed}.{signature}"),
        format!("{payload}.{header}.{signature}"),
        signed(r#"{"alg":"HS256"}"#, "[]", KEY),
        signed(r#"{"alg":"HS256"}"#, "not json", KEY),
        signed(r#"{"alg":"HS256"}"#, "", KEY),
        "a".repeat(8000),
        "토큰".into(),
    ] {
        calendar.get("/user/", &bad).bad_token();
    }
    assert_accepts(&calendar, &token);
}

#[test]
fn every_call_but_registration_needs_a_token() {
    let (calendar, _) = Calendar::populated();
    let tables = "SELECT (SELECT count(*) FROM user), (SELECT count(*) FROM event),
        (SELECT count(*) FROM calendar_group), (SELECT count(*) FROM selection)";
    for (method, path, body) in CALLS {
        calendar.call(method, path, "", body).without_token();
        calendar.call(method, path, "not.a.token", body).bad_token();
        let uri = format!("/api/v1{path}");
        for empty in ["", " ", "\t "] {
            calendar.send(method, &uri, &[(HEADER, empty)], body).without_token();
        }
    }
    assert_eq!(calendar.rows(tables), ["1|1|1|1"]);
}

#[test]
fn the_header_name_is_case_insensitive() {
    let (calendar, token) = Calendar::populated();
    for name in ["x-calendar-access-token", "X-CALENDAR-ACCESS-TOKEN", "X-Calendar-Access-Token"] {
        calendar.send(Method::Get, "/api/v1/user/", &[(name, &token)], "").is(200, &data(ME));
    }
}

#[test]
fn a_token_is_read_only_from_its_header() {
    let (calendar, token) = Calendar::populated();
    let bearer = format!("Bearer {token}");
    let cookie = format!("X-calendar-access-token={token}");
    for headers in [
        [("Authorization", bearer.as_str())],
        [("Cookie", cookie.as_str())],
        [("X_calendar_access_token", token.as_str())],
    ] {
        calendar.send(Method::Get, "/api/v1/user/", &headers, "").without_token();
    }
    calendar.get(&format!("/user/?X-calendar-access-token={token}"), "").without_token();
    let body = format!(r#"{{"X-calendar-access-token":"{token}","group_name":"b"}}"#);
    calendar.post("/group/", "", body).without_token();
}
