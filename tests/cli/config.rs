//! The configuration: every key, where it may be set, and what is said of a wrong value.

use std::fs;
use std::path::Path;

use crate::support::printed_token::PRINTED_TOKEN;
use crate::support::server::{Ended, Server, command, failed, run};

/// Which database file `db init` makes, with this environment and `Rocket.toml`.
fn made_with(toml: &str, environment: &[(&str, &str)], arguments: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("Rocket.toml"), toml).unwrap();
    let mut command = command(folder.path(), &[&["db", "init"], arguments].concat());
    let ended: Ended = command.envs(environment.iter().copied()).output().unwrap().into();
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    ended.out.split([' ', ';']).nth(1).unwrap().to_owned()
}

/// What `db init` says with this environment and `Rocket.toml`.
fn refused_with(toml: &str, environment: &[(&str, &str)]) -> Ended {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("Rocket.toml"), toml).unwrap();
    let ended =
        command(folder.path(), &["db", "init"]).envs(environment.iter().copied()).output().unwrap();
    assert!(!folder.path().join("calendar.sqlite").exists());
    ended.into()
}

#[test]
fn a_flag_beats_the_environment_which_beats_the_file_which_beats_the_default() {
    let toml =
        "[default]\ndatabase = \"default.sqlite\"\n[release]\ndatabase = \"release.sqlite\"\n";
    let rocket = ("ROCKET_DATABASE", "rocket.sqlite");
    let ours = ("CALENDAR_DATABASE", "ours.sqlite");
    assert_eq!(made_with("", &[], &[]), "calendar.sqlite");
    assert_eq!(made_with("[default]\ndatabase = \"default.sqlite\"\n", &[], &[]), "default.sqlite");
    assert_eq!(made_with(toml, &[], &[]), "release.sqlite");
    assert_eq!(made_with(toml, &[("ROCKET_PROFILE", "debug")], &[]), "default.sqlite");
    assert_eq!(made_with(toml, &[rocket], &[]), "rocket.sqlite");
    assert_eq!(made_with(toml, &[rocket, ours], &[]), "ours.sqlite");
    assert_eq!(made_with(toml, &[rocket, ours], &["--database", "flag.sqlite"]), "flag.sqlite");
}

#[test]
fn rocket_config_names_another_file() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("other.toml"), "[default]\ndatabase = \"other.sqlite\"\n")
        .unwrap();
    let mut command = command(folder.path(), &["db", "init"]);
    let ended: Ended = command.env("ROCKET_CONFIG", "other.toml").output().unwrap().into();
    assert_eq!(ended.out, "made other.sqlite; next: calendar-server db upgrade\n");
}

#[test]
fn an_unknown_key_is_named_wherever_it_stands() {
    let unknown = |key: &str| failed(&format!("unknown key {key}: see docs/configuration.md"));
    assert_eq!(refused_with("[default]\ndatabse = \"x\"\n", &[]), unknown("databse"));
    assert_eq!(refused_with("[release]\nport = 1\nsekret = 2\n", &[]), unknown("sekret"));
    let mutual = "[default.tls]\ncerts = \"c\"\nkey = \"k\"\nmutual = { ca_certs = \"a\" }\n";
    assert_eq!(refused_with(mutual, &[]), unknown("tls.mutual"));
    assert_eq!(refused_with("[default.shutdown]\ngarce = 2\n", &[]), unknown("shutdown.garce"));
    assert_eq!(refused_with("", &[("CALENDAR_TIMEZON", "UTC")]), unknown("timezon"));
    assert_eq!(refused_with("", &[("ROCKET_PROT", "1")]), unknown("prot"));
}

#[test]
fn a_wrong_value_is_an_error_that_names_its_key() {
    for (name, value, said) in [
        ("CALENDAR_MAX_GROUPS", "0", "max_groups: expected at least 1"),
        ("CALENDAR_MAX_SELECTED_GROUPS", "-1", "max_selected_groups: "),
        ("CALENDAR_MAX_GROUP_MEMBERS", "0", "max_group_members: expected at least 1"),
        ("CALENDAR_MAX_EVENTS", "many", "max_events: "),
        ("CALENDAR_MAX_SERIES", "many", "max_series: "),
        ("CALENDAR_HISTORY_DAYS", "-1", "history_days: "),
        ("CALENDAR_TRASH_DAYS", "a", "trash_days: "),
        ("CALENDAR_FEED_PAST", "long", "feed_past: \"long\" is not a length of time: "),
        ("CALENDAR_FEED_FUTURE", "0d", "feed_future: "),
        (
            "CALENDAR_FRAME_ANCESTORS",
            "club.example",
            "frame_ancestors: \"club.example\" is not an origin: ",
        ),
        (
            "CALENDAR_FEED_NETWORKS",
            "[\"inside\"]",
            "feed_networks: \"inside\" is not an address: give one such as \"127.0.0.1\" or \"10.0.0.0/8\"",
        ),
        ("CALENDAR_PORT", "many", "port: "),
        ("CALENDAR_PORT", "70000", "port: "),
        ("CALENDAR_ADDRESS", "here", "address: "),
        ("CALENDAR_WORKERS", "few", "workers: "),
        ("CALENDAR_LOG_LEVEL", "loud", "log_level: "),
        ("CALENDAR_LOG_FORMAT", "xml", "log_format: "),
        (
            "CALENDAR_TIMEZONE",
            "Asia/Soul",
            "timezone: \"Asia/Soul\" is not a time zone: give an IANA name such as \"Asia/Seoul\"",
        ),
        (
            "CALENDAR_TOKEN_LIFETIME",
            "long",
            "token_lifetime: \"long\" is not a length of time: give one such as \"365d\" or \"12h\"",
        ),
        ("CALENDAR_TOKEN_LIFETIME", "0s", "token_lifetime: "),
        (
            "CALENDAR_REGISTRATION",
            "ajar",
            "registration: expected \"open\" or \"closed\", found \"ajar\"",
        ),
        (
            "CALENDAR_INVITATIONS",
            "members",
            "invitations: expected \"users\", \"anyone\" or \"off\", found \"members\"",
        ),
        ("CALENDAR_CORS_ORIGINS", "app.example.com", "cors_origins: "),
        (
            "CALENDAR_CORS_ORIGINS",
            "[\"app.example.com\"]",
            "cors_origins: \"app.example.com\" is not an origin: give one such as \"https://app.example.com\"",
        ),
        ("CALENDAR_WORKERS", "0", "workers: expected at least 1"),
        ("CALENDAR_MAX_BLOCKING", "0", "max_blocking: expected at least 1"),
        ("CALENDAR_DATABASE", "", "database: expected a path, found none"),
        ("CALENDAR_TOKEN_LIFETIME", "365", "token_lifetime: \"365\" is not a length of time: "),
        (
            "CALENDAR_AUTH_RATE",
            "10",
            "auth_rate: \"10\" is not a rate: give one such as \"10/min\" (s, min or h), or \"off\"",
        ),
        ("CALENDAR_AUTH_RATE", "0/min", "auth_rate: "),
        ("CALENDAR_WRITE_RATE", "fast", "write_rate: \"fast\" is not a rate: "),
        (
            "CALENDAR_TRUSTED_PROXIES",
            "proxy",
            "trusted_proxies: \"proxy\" is not an address: give one such as \"127.0.0.1\" or \"10.0.0.0/8\"",
        ),
        ("CALENDAR_BACKUP_KEEP", "0", "backup_keep: expected at least 1"),
        ("CALENDAR_BACKUP_EVERY", "daily", "backup_every: \"daily\" is not a length of time: "),
        ("CALENDAR_SECRET_KEY", "", "secret_key: expected a key, found none"),
        ("CALENDAR_SECRET_KEY_FILE", "missing.key", "secret_key_file: cannot read missing.key: "),
    ] {
        let ended = refused_with("", &[(name, value)]);
        assert_eq!(ended.code, Some(1), "{name}={value}");
        assert!(ended.err.starts_with(&format!("error: {said}")), "{name}={value}: {}", ended.err);
        assert_eq!(ended.err.lines().count(), 1, "{}", ended.err);
    }
}

#[test]
fn a_file_that_is_not_toml_is_named() {
    let ended = refused_with("[default\n", &[]);
    assert_eq!(ended.code, Some(1));
    assert!(ended.err.starts_with("error: Rocket.toml: "), "{}", ended.err);
    let flat = refused_with("port = 5001\n", &[]);
    assert!(
        flat.err.contains("Rocket.toml: port: put every key in a section such as [default]"),
        "{}",
        flat.err
    );
}

#[test]
fn no_error_shows_a_secret() {
    for (toml, environment) in [
        ("[default]\nsecret_key = 8675309\n", &[][..]),
        ("[default]\nsecret_key = \"8675309\n", &[]),
        ("[default]\nsecret_key = K8675309\n", &[]),
        ("[default]\nsecret_key = \"8675309\"\nsecret_key_file = \"k\"\n", &[]),
        ("", &[("CALENDAR_SECRET_KEY", "8675309"), ("CALENDAR_SECRET_KEY_FILE", "k")]),
    ] {
        let ended = refused_with(toml, environment);
        assert_eq!(ended.code, Some(1));
        assert!(
            ended.err.starts_with("error: secret_key")
                || ended.err.starts_with("error: Rocket.toml: TOML parse error at line 2, column "),
            "{}",
            ended.err
        );
        assert_eq!(ended.err.lines().count(), 1, "{}", ended.err);
        assert!(!ended.err.contains("8675309"), "{}", ended.err);
    }
}

#[test]
fn a_key_that_is_weak_or_open_to_all_is_warned_of() {
    use std::os::unix::fs::PermissionsExt;

    let log_with = |length: usize, mode: u32, key_in_toml: bool| {
        let folder = tempfile::tempdir().unwrap();
        let mut command = command(folder.path(), &["serve", "--port", "0"]);
        let (file, text) = if key_in_toml {
            ("Rocket.toml", format!("[default]\nsecret_key = \"{}\"\n", "k".repeat(length)))
        } else {
            command.env("CALENDAR_SECRET_KEY_FILE", "key");
            ("key", "k".repeat(length))
        };
        fs::write(folder.path().join(file), text).unwrap();
        fs::set_permissions(folder.path().join(file), fs::Permissions::from_mode(mode)).unwrap();
        let (status, log) = Server::start(command).stop();
        assert!(status.success(), "{log}");
        assert!(!log.contains("kkkkkkkk"), "{log}");
        log
    };
    let weak = "the signing key has 31 bytes, so it may be guessed, and with it every token: set one of 32 or more, for example from openssl rand -hex 32";
    let open = |file: &str| {
        format!(
            "{file} holds a secret, and its mode lets every user of this machine read or change it: chmod o= {file}"
        )
    };
    for (file, key_in_toml) in [("key", false), ("Rocket.toml", true)] {
        let log = log_with(31, 0o604, key_in_toml);
        assert!(log.contains(weak) && log.contains(&open(file)), "{log}");
        let log = log_with(32, 0o640, key_in_toml);
        assert!(!log.contains("signing key") && !log.contains("holds a secret"), "{log}");
    }
}

#[test]
fn tokens_of_the_earlier_system_are_valid_under_its_key() {
    let by_environment = |folder: &Path| {
        let mut command = command(folder, &["dev-run", "--port", "0"]);
        command.env("CALENDAR_SECRET_KEY", "secret_key_2017");
        command
    };
    let by_file = |folder: &Path| {
        fs::write(folder.join("key"), "secret_key_2017\n").unwrap();
        let mut command = command(folder, &["serve", "--port", "0"]);
        command.env("CALENDAR_SECRET_KEY_FILE", "key");
        command
    };
    let by_file_with_mark = |folder: &Path| {
        fs::write(folder.join("key"), "\u{feff}secret_key_2017\r\n").unwrap();
        let mut command = command(folder, &["serve", "--port", "0"]);
        command.env("CALENDAR_SECRET_KEY_FILE", "key");
        command
    };
    let by_toml = |folder: &Path| {
        fs::write(folder.join("Rocket.toml"), "[default]\nsecret_key = \"secret_key_2017\"\n")
            .unwrap();
        command(folder, &["serve", "--port", "0"])
    };
    let starts = [&by_environment as &dyn Fn(&Path) -> _, &by_file, &by_file_with_mark, &by_toml];
    for start in starts {
        let folder = tempfile::tempdir().unwrap();
        let server = Server::start(start(folder.path()));
        assert_eq!(
            server.call("GET", "/user/", PRINTED_TOKEN, "").0,
            401,
            "nobody is registered yet"
        );
        server.register("park@jungi.me");
        assert_eq!(server.call("GET", "/user/", PRINTED_TOKEN, "").0, 200);
    }
}

#[test]
fn without_a_key_each_database_has_its_own_and_keeps_it() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let server = Server::dev_run(one.path());
    let token = server.register("park@jungi.me");
    assert!(server.stop().0.success());
    let again = Server::dev_run(one.path());
    assert_eq!(again.call("GET", "/user/", &token, "").0, 200);
    let elsewhere = Server::dev_run(other.path());
    elsewhere.register("park@jungi.me");
    assert_eq!(elsewhere.call("GET", "/user/", &token, "").0, 401);
}

#[test]
fn registration_can_be_closed() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = command(folder.path(), &["serve", "--port", "0"]);
    let server = Server::start({
        command.env("CALENDAR_REGISTRATION", "closed");
        command
    });
    let answer = server.call("POST", "/user/", "", r#"{"useremail":"park@jungi.me"}"#);
    let body = r#"{"meta":{"code":40100,"message":"INVALID AUTHORIZATION","detail":"registration is closed"}}"#;
    assert_eq!(answer, (401, body.to_owned()));
}

#[test]
fn invitations_can_let_anyone_register_or_be_switched_off() {
    let dead = r#"{"useremail": "kim@example.com", "invitation": "a"}"#;
    for (invitations, status) in [("anyone", 404), ("users", 401), ("off", 401)] {
        let folder = tempfile::tempdir().unwrap();
        let mut command = command(folder.path(), &["serve", "--port", "0"]);
        command.env("CALENDAR_REGISTRATION", "closed").env("CALENDAR_INVITATIONS", invitations);
        let server = Server::start(command);
        assert_eq!(server.call("POST", "/user/", "", dead).0, status, "{invitations}");
    }
}

#[test]
fn a_time_zone_of_the_machine_that_nobody_knows_is_warned_of() {
    let log_with = |environment: &[(&str, &str)]| {
        let folder = tempfile::tempdir().unwrap();
        let mut command = command(folder.path(), &["serve", "--port", "0"]);
        command.envs(environment.iter().copied());
        let (status, log) = Server::start(command).stop();
        assert!(status.success(), "{log}");
        log
    };
    let warning = "the time zone of this machine cannot be told (see TZ), so the calendar shows UTC: set timezone";
    assert!(log_with(&[("TZ", "Nowhere/X")]).contains(warning));
    for known in [&[("TZ", "Asia/Seoul")][..], &[("TZ", "Nowhere/X"), ("CALENDAR_TIMEZONE", "UTC")]]
    {
        let log = log_with(known);
        assert!(!log.contains("time zone"), "{log}");
    }
}

#[test]
fn the_time_zone_is_the_machines_unless_it_is_set() {
    let hour_of_registration = |environment: &[(&str, &str)]| {
        let folder = tempfile::tempdir().unwrap();
        let mut command = command(folder.path(), &["dev-run", "--port", "0"]);
        command.envs(environment.iter().copied());
        let server = Server::start(command);
        let token = server.register("park@jungi.me");
        let (_, body) = server.call("GET", "/user/", &token, "");
        let created = body.split("\"created\":\"").nth(1).unwrap();
        created.split(' ').nth(4).unwrap()[..2].parse::<i32>().unwrap()
    };
    // Fourteen hours apart all year round. Measured again if an hour struck in between.
    let apart = || {
        let early = hour_of_registration(&[("TZ", "Pacific/Honolulu")]);
        let late =
            hour_of_registration(&[("TZ", "Pacific/Honolulu"), ("CALENDAR_TIMEZONE", "Etc/GMT-4")]);
        (late - early).rem_euclid(24)
    };
    let first = apart();
    let apart = if first == 14 { first } else { apart() };
    assert_eq!(apart, 14);
}

#[test]
fn other_pages_may_call_only_from_configured_origins() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = command(folder.path(), &["serve", "--port", "0"]);
    command.env("CALENDAR_CORS_ORIGINS", r#"["https://app.example.com"]"#);
    let server = Server::start(command);
    let ask = |origin: &str| {
        let request = format!(
            "OPTIONS /api/v1/calendar/event HTTP/1.1\r\nHost: c\r\nOrigin: {origin}\r\nAccess-Control-Request-Method: PUT\r\nConnection: close\r\n\r\n"
        );
        server.send(request.as_bytes()).0
    };
    let allowed = ask("https://app.example.com");
    assert!(allowed.starts_with("HTTP/1.1 200 "), "{allowed}");
    assert!(
        allowed.contains("\r\naccess-control-allow-origin: https://app.example.com"),
        "{allowed}"
    );
    let refused = ask("https://evil.example.com");
    assert!(refused.starts_with("HTTP/1.1 403 "), "{refused}");
    assert!(!refused.contains("access-control-allow-origin"), "{refused}");
}

#[test]
fn tls_is_served_when_configured() {
    let folder = tempfile::tempdir().unwrap();
    let made = std::process::Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
        ])
        .args(["-days", "2", "-subj", "/CN=localhost", "-keyout", "key.pem", "-out", "cert.pem"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    fs::write(
        folder.path().join("Rocket.toml"),
        "[default.tls]\ncerts = \"cert.pem\"\nkey = \"key.pem\"\n",
    )
    .unwrap();
    let server = Server::start(command(folder.path(), &["serve", "--port", "0"]));
    assert!(server.url.starts_with("https://"), "{}", server.url);
    let answer = std::process::Command::new("curl")
        .args(["-sk", "-X", "POST", &format!("{}/api/v1/user/", server.url), "-d", "{}"])
        .output()
        .unwrap();
    let body = r#"{"meta":{"code":40001,"message":"INVALID PARAMETER","detail":"useremail: required, but missing"}}"#;
    assert_eq!(String::from_utf8(answer.stdout).unwrap(), body);
}

#[test]
fn a_missing_tls_file_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("Rocket.toml"),
        "[default.tls]\ncerts = \"no.pem\"\nkey = \"no.pem\"\n",
    )
    .unwrap();
    let ended = run(folder.path(), &["serve", "--port", "0"]);
    assert_eq!(ended.code, Some(1));
    assert!(ended.err.lines().last().unwrap().starts_with("error: tls: "), "{}", ended.err);
}
