package dev.culvert.daemon.client.output;

/** The values of {@code --output}. */
public enum Format {
    /** For people; it may change. */
    TABLE,
    /** One JSON document. */
    JSON,
    /** One JSON value on each line. */
    JSONL,
    /** One YAML document. */
    YAML,
    /** Only names or ids, one on each line. */
    NAME
}
