//! Trace context and request ids: what is accepted, what is made, what is never echoed.

use axum::http::HeaderValue;

use crate::trace::{RequestId, Sampling, TraceContext};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN: &str = "00f067aa0ba902b7";

#[track_caller]
fn check_refused(header: &str) {
    assert_eq!(TraceContext::parse(header), None, "{header}");
}

/// Goal: the standard's example is read and written back the same.
#[test]
fn reads_the_standards_example() {
    let header = format!("00-{TRACE}-{SPAN}-01");
    let trace = TraceContext::parse(&header).unwrap();
    assert_eq!((trace.trace_id(), trace.span_id()), (TRACE.to_owned(), SPAN.to_owned()));
    assert_eq!(trace.sampling(), Sampling::Recorded);
    assert_eq!(trace.to_header(), header);
}

/// Goal: a later version is read as far as it is known. Source: W3C Trace Context, 3.2.2 and 4.3.
#[test]
fn reads_later_versions() {
    let header = format!("01-{TRACE}-{SPAN}-03-and-more");
    let trace = TraceContext::parse(&header).unwrap();
    assert_eq!(trace.to_header(), format!("00-{TRACE}-{SPAN}-01"));
    check_refused(&format!("01-{TRACE}-{SPAN}-03and-more"));
}

/// Goal: what breaks a rule is as good as no header. Method: one rule a line.
#[test]
fn refuses_what_breaks_a_rule() {
    check_refused("");
    check_refused(&format!("ff-{TRACE}-{SPAN}-01"));
    check_refused(&format!("00-{TRACE}-{SPAN}-01-more"));
    check_refused(&format!("00-{}-{SPAN}-01", "0".repeat(32)));
    check_refused(&format!("00-{TRACE}-{}-01", "0".repeat(16)));
    check_refused(&format!("00-{}-{SPAN}-01", TRACE.to_uppercase()));
    check_refused(&format!("00-{TRACE}-{SPAN}-0"));
    check_refused(&format!("00-{TRACE}{SPAN}--01"));
    check_refused(&format!("0é-{TRACE}-{SPAN}-1"));
    check_refused(&"é".repeat(28));
}

/// Goal: a child stays in its trace and is a new span; a mint is a new trace.
#[test]
fn a_child_stays_in_its_trace() {
    let trace = TraceContext::mint().unwrap();
    let child = trace.child().unwrap();
    assert_eq!(trace.trace_id(), child.trace_id());
    assert_ne!(trace.span_id(), child.span_id());
    assert_ne!(trace.trace_id(), TraceContext::mint().unwrap().trace_id());
    assert_eq!(TraceContext::parse(&trace.to_header()), Some(trace));
}

/// Goal: ids of 1 to 128 printable characters are taken, all else is replaced.
#[test]
fn takes_printable_request_ids_only() {
    let accept = |bytes: &[u8]| {
        let header = HeaderValue::from_bytes(bytes).unwrap();
        RequestId::accept(Some(&header)).map(|id| id.to_string())
    };
    assert_eq!(accept(b"order 7/a"), Some("order 7/a".to_owned()));
    assert_eq!(accept(&[b'a'; 128]), Some("a".repeat(128)));
    assert_eq!(accept(&[b'a'; 129]), None);
    assert_eq!(accept(b""), None);
    assert_eq!(accept(b"a\tb"), None);
    assert_eq!(accept("ä".as_bytes()), None);
    assert_eq!(RequestId::accept(None), None);
}

/// Goal: minted ids have the form of ours and do not repeat.
#[test]
fn mints_request_ids() {
    let (one, two) = (RequestId::mint().unwrap(), RequestId::mint().unwrap());
    assert_ne!(one, two);
    let digits = one.as_str().strip_prefix("req_").unwrap();
    assert_eq!(digits.len(), 26);
    assert!(digits.bytes().all(|digit| b"0123456789abcdefghjkmnpqrstvwxyz".contains(&digit)));
    assert!(digits.starts_with(|first: char| ('0'..='7').contains(&first)));
}
