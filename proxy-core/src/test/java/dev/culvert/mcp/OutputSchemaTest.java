package dev.culvert.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.culvert.mcp.Tree.Members;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OutputSchemaTest {
    private static @Nullable String difference(String schema, String value)
            throws BadMessageException {
        return OutputSchema.difference((Members) Tree.read(schema), Tree.read(value));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{} | 7",
                "{\"type\":\"object\"} | {}",
                "{\"type\":[\"string\",\"null\"]} | null",
                "{\"type\":\"integer\"} | 1.0",
                "{\"type\":\"integer\"} | 1e400000000",
                "{\"type\":\"later\"} | 7",
                "{\"const\":1} | 1.0",
                "{\"enum\":[\"a\",{\"b\":[]}]} | {\"b\":[]}",
                "{\"required\":[\"a\"],\"properties\":{\"a\":{\"type\":\"string\"}}} | {\"a\":\"x\",\"b\":1}",
                "{\"additionalProperties\":{\"type\":\"number\"}} | {\"a\":1}",
                "{\"additionalProperties\":false,\"patternProperties\":{\"^x\":{}}} | {\"xa\":1}",
                "{\"items\":{\"minimum\":1,\"maximum\":3},\"maxItems\":2} | [1,3]",
                "{\"exclusiveMinimum\":1,\"exclusiveMaximum\":2} | 1.5",
                "{\"minLength\":1,\"maxLength\":1} | \"\uD83D\uDE00\"",
                "{\"pattern\":\"(a+)+$\"} | \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\"",
                "{\"anyOf\":[{\"type\":\"null\"},{\"type\":\"string\"}]} | \"x\"",
                "{\"oneOf\":[{\"type\":\"null\"},{\"type\":\"string\"}]} | null",
                "{\"$ref\":\"#/$defs/a~1b\",\"$defs\":{\"a/b\":{\"type\":\"string\"}}} | \"x\"",
                "{\"$ref\":\"https://example.org/s\"} | 7",
                "{\"$ref\":\"#/nowhere\"} | 7",
            })
    void fits(String schema, String value) throws BadMessageException {
        assertThat(difference(schema, value)).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"type\":\"object\"} | [] | structuredContent is a list, and must be object",
                "{\"type\":\"integer\"} | 1.5 | structuredContent is a number, and must be integer",
                "{\"const\":\"a\"} | \"b\" | structuredContent must be a",
                "{\"enum\":[1,2]} | 3 | structuredContent is none of its enum",
                "{\"required\":[\"a\"]} | {} | structuredContent has no 'a'",
                "{\"properties\":{\"a\":{\"type\":\"string\"}}} | {\"a\":true} | structuredContent.a is true or false, and must be string",
                "{\"additionalProperties\":false} | {\"a\":1} | structuredContent.a must not be there",
                "{\"items\":{\"type\":\"number\"}} | [1,null] | structuredContent[1] is null, and must be number",
                "{\"minItems\":1} | [] | structuredContent has 0 items, which are too few or too many",
                "{\"maximum\":2} | 3 | structuredContent is too small or too large",
                "{\"maxLength\":1} | \"ab\" | structuredContent has 2 characters, which are too few or too many",
                "{\"anyOf\":[{\"type\":\"null\"}]} | 1 | structuredContent fits none of its anyOf",
                "{\"oneOf\":[{},true]} | 1 | structuredContent does not fit just one of its oneOf",
                "{\"allOf\":[{\"type\":\"null\"}]} | 1 | structuredContent is a number, and must be null",
                "{\"$ref\":\"#/$defs/a\",\"$defs\":{\"a\":{\"type\":\"null\"}}} | 1 | structuredContent is a number, and must be null",
            })
    void differs(String schema, String value, String difference) throws BadMessageException {
        assertThat(difference(schema, value)).isEqualTo(difference);
    }

    @Test
    void aSchemaThatRefersToItselfEnds() throws BadMessageException {
        assertThat(difference("{\"$ref\":\"#\"}", "7")).isNull();
        assertThat(difference("{\"anyOf\":[{\"$ref\":\"#\"},{\"$ref\":\"#\"}]}", "7")).isNull();
    }

    @Test
    void noSchemaIsTooStrange() throws BadMessageException {
        String[] words = {
            "type", "enum", "const", "properties", "required", "additionalProperties", "items",
            "anyOf", "oneOf", "allOf", "$ref", "minimum", "maxLength", "minItems"
        };
        String[] values = {
            "7",
            "-1e9",
            "\"string\"",
            "\"#/a\"",
            "[]",
            "[7]",
            "[{}]",
            "{}",
            "{\"a\":[]}",
            "null",
            "true",
            "false",
            "{\"type\":7}"
        };
        SplittableRandom random = new SplittableRandom(17);
        for (int i = 0; i < 20_000; i++) {
            StringBuilder schema = new StringBuilder("{");
            for (int j = random.nextInt(4); j >= 0; j--) {
                schema.append('"')
                        .append(words[random.nextInt(words.length)])
                        .append("\":")
                        .append(values[random.nextInt(values.length)])
                        .append(j == 0 ? "}" : ",");
            }
            String value = values[random.nextInt(values.length)];
            assertThatCode(() -> difference(schema.toString(), value)).doesNotThrowAnyException();
        }
    }
}
