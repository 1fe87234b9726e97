//! A Rocket that does no work: the baseline that calendar calls are compared with.
//!
//! `GET /view` sends the bytes of a file. `POST /create` reads a body and responds like the API's create.
//! The arguments are the port, the file, and who takes the connections, Rocket's own `server` or the `front`:
//! `bare 5001 view.json server`.

use std::net::SocketAddr;
use std::time::Duration;

use calendar_server::config;
use calendar_server::front::Front;
use rocket::data::{Data, ToByteUnit};
use rocket::http::ContentType;
use rocket::{State, get, post, routes};

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

#[rocket::main]
async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut arguments = arguments.into_iter();
    let port: u16 = arguments.next().ok_or("the port is missing")?.parse()?;
    let body = std::fs::read(arguments.next().ok_or("the file is missing")?)?;
    let by_front = arguments.next().as_deref() == Some("front");
    let config = rocket::Config {
        port,
        log_level: rocket::config::LogLevel::Off,
        ..rocket::Config::release_default()
    };
    let rocket = rocket::custom(config).manage(View(body)).mount("/", routes![view, create]);
    if by_front {
        let listen = SocketAddr::from(([127, 0, 0, 1], port));
        let front = Front::bind(config::Front::at(listen), rocket).await?;
        let mut stop = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
        front.serve(async { stop.recv().await.map_or((), drop) }, Duration::from_secs(1)).await;
    } else {
        rocket.launch().await?;
    }
    Ok(())
}
