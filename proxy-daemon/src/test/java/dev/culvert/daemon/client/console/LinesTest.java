package dev.culvert.daemon.client.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LinesTest {
    private static Line read(String text) {
        return Lines.read(text, Catalogues.ALL);
    }

    private static Line.Run run(String text) {
        assertThat(read(text)).isInstanceOf(Line.Run.class);
        return (Line.Run) read(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"agents show web-1", "/agents show web-1", "  agents   show 'web-1' "})
    void aLineWhoseFirstWordIsAVerbIsACommand(String text) {
        assertThat(run(text).entry().words()).isEqualTo("agents show");
        assertThat(run(text).rest()).containsExactly("web-1");
        assertThat(run(text).words()).containsExactly("agents", "show", "web-1");
    }

    @Test
    void anyOtherTextIsForTheAgentAndABackslashForcesThat() {
        assertThat(read("why does it fail?")).isEqualTo(new Line.Say("why does it fail?"));
        assertThat(read("\\agents are fine")).isEqualTo(new Line.Say("agents are fine"));
        assertThat(read("\\/etc/hosts")).isEqualTo(new Line.Say("/etc/hosts"));
    }

    @Test
    void aSlashNamesWhatTheConsoleDoesItself() {
        assertThat(read("/use web-1")).isEqualTo(new Line.Own(OwnCommand.USE, "web-1"));
        assertThat(read("/exit")).isEqualTo(new Line.Own(OwnCommand.QUIT, ""));
        assertThat(read("?")).isEqualTo(new Line.Own(OwnCommand.SHORTCUTS, ""));
        assertThat(read("/report-issue \"it hangs\""))
                .isEqualTo(new Line.Own(OwnCommand.REPORT_ISSUE, "\"it hangs\""));
        assertThat(read("chat web-1 hi")).isEqualTo(new Line.Own(OwnCommand.CHAT, "web-1 hi"));
    }

    @Test
    void anOperationWithoutAVerbIsACommandByItsName() {
        assertThat(run("/agents.turns id=web-1").entry().words()).isEqualTo("call agents.turns");
        assertThat(run("/agents.turns id=web-1").rest()).containsExactly("id=web-1");
        assertThat(run("call agents.turns id=web-1").rest()).containsExactly("id=web-1");
        assertThat(read("call agents.turn id=web-1"))
                .isInstanceOfSatisfying(
                        Line.Wrong.class,
                        it -> assertThat(it.sentence()).contains("did you mean agents.turns?"));
    }

    @Test
    void anExclamationMarkIsForTheShell() {
        assertThat(read("!ls -l | wc")).isEqualTo(new Line.Shell("ls -l | wc"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "   ", "# a comment"})
    void nothingIsDoneForBlankLinesAndComments(String text) {
        assertThat(read(text)).isEqualTo(new Line.Nothing());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "/agnets | did you mean /agents?",
                "agents shwo x | did you mean show?",
                "fleet | 'fleet' needs a second word: import",
                "agents show 'x | a quote is not closed",
                "setup | needs the terminal for itself"
            })
    void whatCannotBeUnderstoodIsExplained(String text, String sentence) {
        assertThat(read(text)).isInstanceOf(Line.Wrong.class);
        assertThat(((Line.Wrong) read(text)).sentence()).contains(sentence);
    }

    @Test
    void quotesAndBackslashesKeepBlanks() {
        assertThat(Quotes.of("a 'b c' \"d e\" f\\ g").words())
                .isEqualTo(List.of("a", "b c", "d e", "f g"));
        assertThat(Quotes.of("it's").open()).isEqualTo('\'');
        assertThat(Quotes.of(Quotes.quoted("it's \"so\" $x")).words())
                .containsExactly("it's \"so\" $x");
    }

    @Test
    void theMistakeIsFoundBeforeTheCommandRuns() {
        assertThat(Dispatch.mistake("agents show", Catalogues.ALL))
                .contains("AGENT is missing: agents show AGENT");
        assertThat(Dispatch.mistake("agents show a --outptu json", Catalogues.ALL).orElse(""))
                .contains("'agents show' has no flag --outptu; did you mean --output?");
        assertThat(Dispatch.mistake("agents show a b", Catalogues.ALL).orElse(""))
                .contains("'b' is one word too many");
        assertThat(Dispatch.mistake("agents add a", Catalogues.ALL).orElse(""))
                .contains("--address ADDRESS is missing");
        assertThat(Dispatch.mistake("agents show a -o", Catalogues.ALL))
                .contains("-o needs a value: -o FORMAT");
        assertThat(Dispatch.mistake("agents add a --address=x -ojson", Catalogues.ALL)).isEmpty();
        assertThat(Dispatch.mistake("agents add --help", Catalogues.ALL)).isEmpty();
        assertThat(Dispatch.mistake("hello there", Catalogues.ALL)).isEmpty();
    }
}
