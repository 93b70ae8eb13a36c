/// The span of a running flow. Its fields are recorded by `cycle_images::flow::trace`.
pub(crate) fn cycle_call() -> tracing::Span {
    use tracing::field::Empty;

    tracing::info_span!(
        target: "cycle_images",
        "cycle.call",
        operation = Empty,
        method = Empty,
        path = Empty,
        attempts = Empty,
        status = Empty,
    )
}
