//! The requests that operations build fit the documented paths, parameters and bodies.

use std::collections::BTreeMap;

use cycle_images_tests::openapi::{
    Document, Documented, Known, Sent, labels, operations, template,
};
use serde_json::{Value, json};

use crate::schemas::{errors, operation, validator};

pub(crate) fn misfits(document: &Document) -> Vec<String> {
    let mut misfits = Vec::new();
    let mut checked = 0;
    for known in operations() {
        let Some(operation) = operation(document, &known.id()) else {
            misfits.push(format!("{known:?}: not in the document"));
            continue;
        };
        for request in &known.requests {
            checked += 1;
            let line = format!("{known:?}: {} {}", request.method(), request.uri());
            let wrong = misfit(document, operation, &known, request);
            misfits.extend(wrong.into_iter().map(|wrong| format!("{line}\n  {wrong}")));
        }
    }
    println!("{checked} requests checked");
    misfits
}

fn misfit(
    document: &Document,
    operation: Documented<'_>,
    known: &Known,
    request: &Sent,
) -> Vec<String> {
    let mut wrong = Vec::new();
    let endpoint = format!("{} {}", operation.method, template(operation.path));
    if known.endpoint() != endpoint {
        wrong.push(format!("the document has {endpoint}"));
    }
    let query = request.uri().query().unwrap_or_default();
    wrong.extend(query_misfits(document, operation, query));
    match (document.body(operation), request.body().as_slice()) {
        (None, []) => (),
        (None, _) => wrong.push("no body is documented".to_owned()),
        (Some(_), []) => wrong.push("a body is documented".to_owned()),
        (Some(schema), body) => {
            let body = serde_json::from_slice(body).unwrap();
            wrong.extend(errors(&validator(document, schema), &body));
            let undocumented = labels(document, schema, &body).undocumented;
            wrong
                .extend(undocumented.iter().map(|of| format!("{}: not in the document", of.label)));
        }
    }
    wrong
}

fn query_misfits(document: &Document, operation: Documented<'_>, query: &str) -> Vec<String> {
    let parameter = |name: &str| document.query(operation).find(|of| of["name"] == name);
    let mut values: BTreeMap<String, Value> = BTreeMap::new();
    for (key, value) in form_urlencoded::parse(query.as_bytes()) {
        if let Some((name, member)) = key.strip_suffix(']').and_then(|key| key.split_once('[')) {
            let of = parameter(name).map(|parameter| &parameter["schema"]["properties"][member]);
            let is_number = of.is_some_and(|schema| schema["type"] == "number");
            let number = value.parse::<u32>().ok().filter(|_| is_number);
            let value = number.map_or(json!(value), |number| json!(number));
            values.entry(name.to_owned()).or_insert(json!({}))[member] = value;
        } else if let Value::Array(list) = values.entry(key.into()).or_insert(json!([])) {
            // The document's prose has commas, its style repeated keys.
            list.extend(value.split(',').map(Value::from));
        }
    }
    let misfits = |(name, value): (&String, &Value)| {
        let Some(parameter) = parameter(name) else {
            return vec![format!("no parameter {name}")];
        };
        let mut schema = document.resolve(&parameter["schema"]).clone();
        if schema["type"] == "object" {
            schema["additionalProperties"] = json!(false);
        }
        let wrong = errors(&validator(document, &schema), value);
        wrong.into_iter().map(|wrong| format!("{name}{wrong}")).collect()
    };
    values.iter().flat_map(misfits).collect()
}
