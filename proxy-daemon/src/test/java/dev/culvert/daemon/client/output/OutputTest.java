package dev.culvert.daemon.client.output;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.value.Value;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

class OutputTest {
    private static final View VIEW =
            View.of("id", Column.of("NAME", "id"), Column.number("SIZE", "size"));
    private static final List<Value> ROWS =
            List.of(
                    Value.members("id", "one", "size", 7),
                    Value.members("id", "another one", "size", 1234));

    private final StringWriter out = new StringWriter();

    private Output output(Format format, Terminal terminal) {
        return new Output(
                new PrintWriter(out), new PrintWriter(new StringWriter()), format, false, terminal);
    }

    private Output output(Format format) {
        return output(format, Terminal.NONE);
    }

    @Test
    void aTableAlignsItsColumns() {
        output(Format.TABLE).items(ROWS, VIEW);

        assertThat(out)
                .hasToString(
                        """
                        NAME         SIZE
                        one             7
                        another one  1234
                        """);
    }

    @Test
    void onATerminalTheWidestColumnIsCut() {
        output(Format.TABLE, new Terminal(true, true, 15)).items(ROWS, VIEW);

        assertThat(out)
                .hasToString(
                        """
                        NAME       SIZE
                        one           7
                        another …  1234
                        """);
    }

    @Test
    void jsonIsAnArray() {
        output(Format.JSON).items(ROWS.subList(0, 1), VIEW);

        assertThat(out)
                .hasToString(
                        """
                        [
                          {
                            "id": "one",
                            "size": 7
                          }
                        ]
                        """);
    }

    @Test
    void jsonOfNothingIsAnEmptyArray() {
        output(Format.JSON).items(List.of(), VIEW);

        assertThat(out).hasToString("[]\n");
    }

    @Test
    void jsonLinesHaveNoBlanks() {
        output(Format.JSONL).items(ROWS, VIEW);

        assertThat(out)
                .hasToString(
                        "{\"id\":\"one\",\"size\":7}\n{\"id\":\"another one\",\"size\":1234}\n");
    }

    @Test
    void yamlQuotesWhatItsReadersTakeForMore() {
        output(Format.YAML)
                .item(
                        Value.members(
                                "plain", "web-1",
                                "truth", "Yes",
                                "number", "1.5",
                                "colon", "a: b",
                                "two lines", "a\nb",
                                "list",
                                        Value.of(
                                                List.of(
                                                        Value.of("x"),
                                                        Value.of(List.of(Value.of(1))))),
                                "none", Value.of(List.of()),
                                "nothing", Value.nothing(),
                                "inner", Value.members("a", Value.members("b", true))),
                        VIEW);

        assertThat(out)
                .hasToString(
                        """
                        plain: web-1
                        truth: "Yes"
                        number: "1.5"
                        colon: "a: b"
                        "two lines": "a\\nb"
                        list:
                          - x
                          - - 1
                        none: []
                        nothing: null
                        inner:
                          a:
                            b: true
                        """);
    }

    @Test
    void namesAreAlone() {
        output(Format.NAME).items(ROWS, VIEW);

        assertThat(out).hasToString("one\nanother one\n");
    }

    @Test
    void whatComesFromOutsideStaysOnItsLine() {
        output(Format.TABLE).items(List.of(Value.members("id", "a\u001b[2J\nb", "size", 1)), VIEW);

        assertThat(out.toString().lines().toList().get(1)).isEqualTo("a\\u001b[2J\\nb     1");
    }

    @Test
    void aPairIsALine() {
        output(Format.TABLE).item(ROWS.getFirst(), VIEW);

        assertThat(out).hasToString("NAME  one\nSIZE  7\n");
    }
}
