//! What each form of schema becomes. Must not know the product's types.

use super::types;
use serde_json::{Value, json};

/// The type written for one schema, without header.
fn written(schema: &Value) -> String {
    let document = json!({ "components": { "schemas": { "T": schema } } });
    let text = types(&document).unwrap();
    text.split_once("\n\n").unwrap().1.trim_end().to_owned()
}

fn refused(schema: &Value) -> String {
    let document = json!({ "components": { "schemas": { "T": schema } } });
    format!("{:#}", types(&document).unwrap_err())
}

#[test]
fn an_object_is_an_interface_with_optional_fields() {
    let schema = json!({
        "type": "object", "description": "A thing.", "required": ["b"],
        "properties": {
            "b": { "type": "integer", "format": "int64" },
            "a-c": { "type": "string", "description": "One.\n\nTwo. */" },
        },
    });
    let expected =
        "/** A thing. */\nexport interface T {\n  /**\n   * One.\n   *\n   * Two. * /\n   */\n  \"a-c\"?: string;\n  b: number;\n}";
    assert_eq!(written(&schema), expected);
}

#[test]
fn scalars_null_and_any() {
    for (schema, expected) in [
        (json!({ "type": "boolean" }), "boolean"),
        (json!({ "type": "number" }), "number"),
        (json!({ "type": ["string", "null"] }), "string | null"),
        (json!({}), "unknown"),
        (json!({ "const": 3 }), "3"),
        (json!({ "type": "string", "enum": ["a", "b", "a"] }), "\"a\" | \"b\""),
        (json!({ "oneOf": [{ "type": "null" }, { "$ref": "#/components/schemas/U" }] }), "null | U"),
    ] {
        assert_eq!(written(&schema), format!("export type T = {expected};"));
    }
}

#[test]
fn arrays_tuples_and_maps() {
    for (schema, expected) in [
        (json!({ "type": "array", "items": { "type": ["string", "null"] } }), "Array<string | null>"),
        (json!({ "type": "array", "prefixItems": [{ "type": "string" }, { "type": "number" }] }), "[string, number]"),
        (json!({ "type": "array" }), "Array<unknown>"),
        (json!({ "type": "object" }), "Record<string, unknown>"),
        (json!({ "type": "object", "properties": {} }), "Record<string, never>"),
        (json!({ "type": "object", "additionalProperties": { "type": "integer" } }), "Record<string, number>"),
        (
            json!({
                "type": "object", "additionalProperties": { "type": "integer" },
                "propertyNames": { "$ref": "#/components/schemas/Key" },
            }),
            "Partial<Record<Key, number>>",
        ),
    ] {
        let text = written(&schema);
        let body = text.trim_start_matches("export type T = ").trim_start_matches("export interface T ");
        assert_eq!(body.trim_end_matches(';'), expected);
    }
}

#[test]
fn a_tagged_enum_is_a_union_that_narrows_by_its_tag() {
    let tag = |value: &str| json!({ "type": "string", "enum": [value] });
    let schema = json!({ "oneOf": [
        { "type": "object", "required": ["type"], "properties": { "type": tag("ping") } },
        { "allOf": [
            { "$ref": "#/components/schemas/Chat" },
            { "type": "object", "required": ["type"], "properties": { "type": tag("chat") } },
        ] },
    ] });
    let expected = "export type T =\n  | {\n    type: \"ping\";\n  }\n  | Chat & {\n    type: \"chat\";\n  };";
    assert_eq!(written(&schema), expected);
}

#[test]
fn a_discriminator_tags_variants_that_are_only_named() {
    let schema = json!({
        "oneOf": [{ "$ref": "#/components/schemas/A" }, { "$ref": "#/components/schemas/B" }],
        "discriminator": { "propertyName": "type", "mapping": { "a": "#/components/schemas/A" } },
    });
    assert_eq!(written(&schema), "export type T = ({ type: \"a\" } & A) | ({ type: \"B\" } & B);");
}

#[test]
fn a_union_inside_an_intersection_is_bracketed() {
    let schema = json!({ "allOf": [
        { "oneOf": [{ "$ref": "#/components/schemas/A" }, { "$ref": "#/components/schemas/B" }] },
        { "$ref": "#/components/schemas/C" },
    ] });
    assert_eq!(written(&schema), "export type T = (A | B) & C;");
}

#[test]
fn what_cannot_be_said_in_typescript_is_refused_by_name() {
    assert!(refused(&json!({ "not": {} })).contains("`not`"));
    assert!(refused(&json!({ "type": "date" })).contains("`date`"));
    assert!(refused(&json!({ "$ref": "other.json#/A" })).contains("outside the document"));
    let nested = json!({ "type": "object", "properties": { "p": { "type": "date" } } });
    assert!(refused(&nested).starts_with("T: p: "));
}
