//! The pages that explain the API, all from this process: the document, a reference, the errors.
//!
//! Nothing is loaded from elsewhere, so they work offline.

use std::sync::Arc;

use axum::Router;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Redirect};
use axum::routing::get;
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::codes::{CODES, Retry};

/// `/openapi.json`, `/reference` and `/reference/errors`.
pub(crate) fn routes(document: String) -> Router {
    let json: Arc<str> = document.into();
    let errors: Arc<str> = errors_page().into();
    let config = Config::from("/openapi.json").try_it_out_enabled(true).persist_authorization(true);
    Router::new()
        .route("/openapi.json", get(move || page("application/json", Arc::clone(&json))))
        .route(
            "/reference/errors",
            get(move || page("text/html; charset=utf-8", Arc::clone(&errors))),
        )
        .route("/", get(|| async { Redirect::temporary("/reference/") }))
        .merge(SwaggerUi::new("/reference").config(config))
}

async fn page(kind: &'static str, text: Arc<str>) -> impl IntoResponse {
    ([(CONTENT_TYPE, kind), (CACHE_CONTROL, "no-cache")], text.to_string())
}

/// Every code with its meaning and remedy, each with an anchor.
fn errors_page() -> String {
    let mut page = String::from(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Florin: errors</title>\
         <meta name=\"viewport\" content=\"width=device-width\">\
         <style>body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}\
         code{background:#eee;padding:.1em .3em}h2{margin-top:2.5rem}h3:target{background:#ffd}</style>\
         <h1>Errors</h1><p>Every error is a problem document (RFC 9457) with a stable <code>code</code>.</p>",
    );
    let mut status = 0;
    for row in CODES {
        if row.status != status {
            status = row.status;
            page.push_str(&format!("<h2>{status}</h2>"));
        }
        let again = match row.retry {
            Retry::Later => "may succeed later",
            Retry::Never => "never succeeds",
        };
        page.push_str(&format!(
            "<h3 id=\"{code}\"><code>{code}</code></h3><p>{title}. {remedy}</p>\
             <p>Category <code>{category}</code>; the very same request {again}.</p>",
            code = row.code,
            title = row.title,
            remedy = row.remedy.replace('<', "&lt;"),
            category = row.category.as_str(),
        ));
    }
    page.push_str("</html>\n");
    page
}
