//! A Rocket server that does no work: the baseline that calendar calls are compared with.
//!
//! `GET /view` sends the bytes of a file. `POST /create` reads a body and responds like the API's create.
//! The arguments are the port and the file: `bare 5001 view.json`.

use rocket::data::{Data, ToByteUnit};
use rocket::http::ContentType;
use rocket::{State, get, launch, post, routes};

struct View(Vec<u8>);

#[get("/view")]
fn view(view: &State<View>) -> (ContentType, Vec<u8>) {
    (ContentType::JSON, view.0.clone())
}

#[post("/create", data = "<data>")]
async fn create(data: Data<'_>) -> (ContentType, &'static str) {
    let _ = data.open(64.kibibytes()).into_bytes().await;
    (ContentType::JSON, r#"{"meta":{"code":20000,"message":"SUCCESS"}}"#)
}

#[launch]
fn bare() -> _ {
    let mut arguments = std::env::args().skip(1);
    let port: u16 = arguments.next().and_then(|port| port.parse().ok()).unwrap_or(5001);
    let body = arguments.next().and_then(|path| std::fs::read(path).ok()).unwrap_or_default();
    let config = rocket::Config {
        port,
        log_level: rocket::config::LogLevel::Off,
        ..rocket::Config::release_default()
    };
    rocket::custom(config).manage(View(body)).mount("/", routes![view, create])
}
