//! OpenAPI 3.1 schemas to TypeScript types. Must not know which types there are.

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::fmt::Write;

const HEADER: &str = "// Written by `make codegen` from the types in crates/wire. Do not edit.\n";

type Schema = Map<String, Value>;

/// One exported type per schema of the document, in the order of their names.
pub fn types(document: &Value) -> Result<String> {
    let schemas = document["components"]["schemas"].as_object().context("the document has no components.schemas")?;
    let names: BTreeSet<&String> = schemas.keys().collect();
    let mut out = HEADER.to_owned();
    for name in names {
        if !is_identifier(name) {
            bail!("{name} is no name for a type");
        }
        let schema = object(&schemas[name]).with_context(|| name.clone())?;
        out.push('\n');
        out.push_str(&comment(schema, ""));
        let body = expression(schema, 0).with_context(|| name.clone())?;
        if is_plain_object(schema) {
            writeln!(out, "export interface {name} {body}")?;
        } else {
            writeln!(out, "export type {name} = {body};")?;
        }
    }
    // A union that begins on the next line leaves a space behind its `=`.
    Ok(out.replace(" \n", "\n"))
}

fn object(schema: &Value) -> Result<&Schema> {
    schema.as_object().context("a schema must be an object")
}

fn is_plain_object(schema: &Schema) -> bool {
    let composed = ["oneOf", "anyOf", "allOf", "$ref", "enum"];
    schema.contains_key("properties") && !composed.iter().any(|key| schema.contains_key(*key))
}

fn expression(schema: &Schema, depth: usize) -> Result<String> {
    for unknown in ["not", "if", "patternProperties", "dependentSchemas", "unevaluatedProperties"] {
        if schema.contains_key(unknown) {
            bail!("`{unknown}` has no TypeScript here");
        }
    }
    if let Some(reference) = schema.get("$ref") {
        return Ok(reference_name(reference)?.to_owned());
    }
    if let Some(constant) = schema.get("const") {
        return literal(constant);
    }
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        let all: Result<Vec<String>> = values.iter().map(literal).collect();
        return Ok(union(all?, depth));
    }
    for key in ["oneOf", "anyOf"] {
        if let Some(variants) = schema.get(key).and_then(Value::as_array) {
            return alternatives(schema, variants, depth);
        }
    }
    if let Some(parts) = schema.get("allOf").and_then(Value::as_array) {
        return intersection(schema, parts, depth);
    }
    match schema.get("type") {
        None if schema.contains_key("properties") => fields(schema, depth),
        None => Ok("unknown".to_owned()),
        Some(Value::String(name)) => named(name, schema, depth),
        Some(Value::Array(names)) => {
            let all: Result<Vec<String>> =
                names.iter().map(|name| named(name.as_str().context("a type is a name")?, schema, depth)).collect();
            Ok(union(all?, depth))
        }
        Some(other) => bail!("`type` may not be {other}"),
    }
}

fn named(name: &str, schema: &Schema, depth: usize) -> Result<String> {
    Ok(match name {
        "string" => "string".to_owned(),
        "integer" | "number" => "number".to_owned(),
        "boolean" => "boolean".to_owned(),
        "null" => "null".to_owned(),
        "array" => array(schema, depth)?,
        "object" => object_type(schema, depth)?,
        other => bail!("`{other}` is no type of JSON"),
    })
}

fn array(schema: &Schema, depth: usize) -> Result<String> {
    if let Some(items) = schema.get("prefixItems").and_then(Value::as_array) {
        let all: Result<Vec<String>> = items.iter().map(|item| expression(object(item)?, depth)).collect();
        return Ok(format!("[{}]", all?.join(", ")));
    }
    let item = match schema.get("items") {
        Some(items) => expression(object(items)?, depth)?,
        None => "unknown".to_owned(),
    };
    Ok(format!("Array<{item}>"))
}

fn object_type(schema: &Schema, depth: usize) -> Result<String> {
    if schema.contains_key("properties") {
        return fields(schema, depth);
    }
    let value = match schema.get("additionalProperties") {
        Some(Value::Object(value)) => expression(value, depth)?,
        Some(Value::Bool(false)) => return Ok("Record<string, never>".to_owned()),
        _ => "unknown".to_owned(),
    };
    Ok(match schema.get("propertyNames") {
        // Keys from a closed list: none of them has to be there.
        Some(keys) => {
            let keys = expression(object(keys)?, depth)?;
            if keys == "string" { format!("Record<string, {value}>") } else { format!("Partial<Record<{keys}, {value}>>") }
        }
        None => format!("Record<string, {value}>"),
    })
}

fn fields(schema: &Schema, depth: usize) -> Result<String> {
    let properties = schema["properties"].as_object().context("`properties` is an object")?;
    let required: BTreeSet<&str> = match schema.get("required").and_then(Value::as_array) {
        Some(names) => names.iter().filter_map(Value::as_str).collect(),
        None => BTreeSet::new(),
    };
    let names: BTreeSet<&String> = properties.keys().collect();
    if names.is_empty() {
        return Ok("Record<string, never>".to_owned());
    }
    let inner = indent(depth + 1);
    let mut out = "{\n".to_owned();
    for name in names {
        let property = object(&properties[name]).with_context(|| name.clone())?;
        out.push_str(&comment(property, &inner));
        let mark = if required.contains(name.as_str()) { "" } else { "?" };
        let value = expression(property, depth + 1).with_context(|| name.clone())?;
        writeln!(out, "{inner}{}{mark}: {value};", key(name)?)?;
    }
    out.push_str(&indent(depth));
    out.push('}');
    Ok(out)
}

fn alternatives(schema: &Schema, variants: &[Value], depth: usize) -> Result<String> {
    let discriminator = schema.get("discriminator").and_then(Value::as_object);
    let all: Result<Vec<String>> = variants
        .iter()
        .map(|variant| {
            let variant = object(variant)?;
            let body = expression(variant, depth)?;
            let reference = variant.get("$ref");
            Ok(match (discriminator, reference) {
                (Some(discriminator), Some(reference)) => {
                    format!("({} & {body})", tag(discriminator, reference)?)
                }
                _ => body,
            })
        })
        .collect();
    Ok(union(all?, depth))
}

/// What a discriminator adds to a variant that is only named: `{ type: "value" }`.
fn tag(discriminator: &Schema, reference: &Value) -> Result<String> {
    let property = discriminator.get("propertyName").and_then(Value::as_str);
    let property = property.context("a discriminator names its property")?;
    let mapping = discriminator.get("mapping").and_then(Value::as_object);
    let value = mapping
        .and_then(|mapping| mapping.iter().find(|(_, target)| *target == reference))
        .map_or(reference_name(reference)?, |(value, _)| value);
    Ok(format!("{{ {}: {} }}", key(property)?, serde_json::to_string(value)?))
}

fn intersection(schema: &Schema, parts: &[Value], depth: usize) -> Result<String> {
    let mut all = Vec::new();
    for part in parts {
        let body = expression(object(part)?, depth)?;
        all.push(if body.contains(" | ") { format!("({body})") } else { body });
    }
    if schema.contains_key("properties") {
        all.push(fields(schema, depth)?);
    }
    Ok(all.join(" & "))
}

/// Alternatives without repeats; objects each on a line of their own.
fn union(all: Vec<String>, depth: usize) -> String {
    let mut seen = BTreeSet::new();
    let kept: Vec<String> = all.into_iter().filter(|one| seen.insert(one.clone())).collect();
    let wide = kept.iter().any(|one| one.contains('\n')) || kept.iter().map(String::len).sum::<usize>() > 90;
    if wide && kept.len() > 1 {
        let line = format!("\n{}| ", indent(depth + 1));
        let nested = kept.iter().map(|one| one.replace('\n', "\n  "));
        return nested.map(|one| format!("{line}{one}")).collect();
    }
    kept.join(" | ")
}

fn literal(value: &Value) -> Result<String> {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Ok(value.to_string()),
        Value::Array(_) | Value::Object(_) => bail!("{value} is no literal"),
    }
}

fn reference_name(reference: &Value) -> Result<&str> {
    let reference = reference.as_str().context("a `$ref` is a string")?;
    let name = reference.strip_prefix("#/components/schemas/");
    name.with_context(|| format!("`{reference}` points outside the document"))
}

fn key(name: &str) -> Result<String> {
    Ok(if is_identifier(name) { name.to_owned() } else { serde_json::to_string(name)? })
}

fn is_identifier(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_' || c == '$')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '$')
}

fn comment(schema: &Schema, indent: &str) -> String {
    let Some(text) = schema.get("description").and_then(Value::as_str) else {
        return String::new();
    };
    // A description that would end the comment may not do so.
    let text = text.trim().replace("*/", "* /");
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    match lines.as_slice() {
        [] => String::new(),
        [one] => format!("{indent}/** {one} */\n"),
        many => {
            let body: String = many.iter().map(|line| format!("{indent} * {line}").trim_end().to_owned() + "\n").collect();
            format!("{indent}/**\n{body}{indent} */\n")
        }
    }
}

fn indent(depth: usize) -> String {
    "  ".repeat(depth)
}

#[cfg(test)]
#[path = "typescript_tests.rs"]
mod tests;
