package dev.culvert.guest.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.frame.ErrorCode;
import dev.culvert.guest.config.RuntimeLimits;
import dev.culvert.guest.config.RuntimeRequests;
import dev.culvert.guest.config.RuntimeTimeouts;
import java.net.URI;
import org.junit.jupiter.api.Test;

class CompletionTellerTest {

    private static final RuntimeSettings SETTINGS =
            new RuntimeSettings(
                    URI.create("http://localhost"),
                    null,
                    RuntimeRequests.DEFAULTS,
                    RuntimeTimeouts.DEFAULTS,
                    new RuntimeLimits(1000, 300, 1));

    private final RecordingListener listener = new RecordingListener();
    private final CompletionTeller teller = new CompletionTeller(listener, SETTINGS);

    @Test
    void tellsANameThatCameInPiecesOnceArgumentsBegin() throws Exception {
        calls("{'index':0,'id':'a','function':{'name':'se'}}");
        calls("{'index':0,'function':{'name':'arch'}}");
        assertThat(listener.told()).isEmpty();
        calls("{'index':0,'function':{'arguments':'{'}}");
        calls("{'index':0,'function':{'arguments':'}'}}");
        assertThat(listener.told())
                .containsExactly(
                        "tool search",
                        fragment("{'index':0,'id':'a','function':{'name':'se'}}"),
                        fragment("{'index':0,'function':{'name':'arch'}}"),
                        fragment("{'index':0,'function':{'arguments':'{'}}"),
                        fragment("{'index':0,'function':{'arguments':'}'}}"));
    }

    @Test
    void tellsANameWhenAnotherCallBegins() throws Exception {
        calls("{'index':0,'function':{'name':'one'}}");
        calls("{'index':1,'function':{'name':'two'}}");
        assertThat(listener.told()).containsExactly("tool one");
        finish("tool_calls");
        assertThat(listener.told())
                .containsExactly(
                        "tool one",
                        "tool two",
                        fragment("{'index':0,'function':{'name':'one'}}"),
                        fragment("{'index':1,'function':{'name':'two'}}"));
    }

    @Test
    void tellsANameWhenTheEndComes() throws Exception {
        calls("{'index':0,'function':{'name':'one'}}");
        teller.end();
        assertThat(listener.told())
                .containsExactly(
                        "tool one", fragment("{'index':0,'function':{'name':'one'}}"), "end null");
    }

    @Test
    void doesNotDoubleANameThatIsRepeated() throws Exception {
        calls("{'index':0,'id':'a','function':{'name':'find','arguments':''}}");
        calls("{'index':0,'id':'a','function':{'name':'find','arguments':'{'}}");
        calls("{'index':0,'id':'a','function':{'name':'find','arguments':'}'}}");
        assertThat(listener.told())
                .filteredOn(line -> line.startsWith("tool"))
                .containsExactly("tool find");
    }

    @Test
    void tellsANameAgainThatGrowsAfterItWasKnown() throws Exception {
        calls("{'index':0,'function':{'name':'read','arguments':'{'}}");
        calls("{'index':1,'function':{'name':'list','arguments':'{'}}");
        calls("{'index':0,'function':{'name':'_all'}}");
        assertThat(listener.told())
                .containsExactly(
                        "tool read",
                        fragment("{'index':0,'function':{'name':'read','arguments':'{'}}"),
                        "tool list",
                        fragment("{'index':1,'function':{'name':'list','arguments':'{'}}"),
                        "tool read_all",
                        fragment("{'index':0,'function':{'name':'_all'}}"));
    }

    @Test
    void tellsBothOfTwoWholeCallsThatShareAnIndexButNotAnId() throws Exception {
        calls("{'index':0,'id':'a','function':{'name':'one','arguments':'{}'}}");
        calls("{'index':0,'id':'b','function':{'name':'two','arguments':'{}'}}");
        assertThat(listener.told())
                .filteredOn(line -> line.startsWith("tool"))
                .containsExactly("tool one", "tool two");
    }

    @Test
    void tellsEveryNameOfOneDeltaBeforeItsFragment() throws Exception {
        String both =
                "{'function':{'name':'one','arguments':'{}'}},{'function':{'name':'two','arguments':'{}'}}";
        calls(both);
        assertThat(listener.told()).containsExactly("tool one", "tool two", fragment(both));
    }

    @Test
    void tellsAnEmptyNameForArgumentsWithoutOne() throws Exception {
        calls("{'index':0,'function':{'arguments':'{}'}}");
        assertThat(listener.told())
                .containsExactly("tool ", fragment("{'index':0,'function':{'arguments':'{}'}}"));
    }

    @Test
    void boundsWhatItHoldsBackForAName() throws Exception {
        String piece = "{'index':0,'function':{'name':'x" + "y".repeat(100) + "'}}";
        calls(piece);
        calls(piece.replace('x', 'z'));
        assertThatThrownBy(() -> calls(piece))
                .isInstanceOfSatisfying(
                        FailedGenerationException.class,
                        e ->
                                assertThat(e.failure().code())
                                        .isEqualTo(ErrorCode.RESPONSE_TOO_LARGE));
    }

    @Test
    void boundsTheNumberOfCalls() throws Exception {
        RuntimeSettings wide =
                new RuntimeSettings(
                        URI.create("http://localhost"),
                        null,
                        RuntimeRequests.DEFAULTS,
                        RuntimeTimeouts.DEFAULTS,
                        RuntimeLimits.DEFAULTS);
        CompletionTeller of = new CompletionTeller(listener, wide);
        StringBuilder many = new StringBuilder("{'index':0}");
        for (int index = 1; index <= 1024; index++) {
            many.append(",{'index':").append(index).append('}');
        }
        assertThatThrownBy(() -> of.tell(CompletionReader.read(json(many.toString()))))
                .hasMessageContaining("more than 1024 tools");
    }

    @Test
    void neverPartsASurrogatePair() throws Exception {
        text("a\\ud83d");
        text("\\ude00b");
        text("\\ud83d");
        teller.end();
        assertThat(listener.told())
                .containsExactly("text a", "text \ud83d\ude00b", "text \uFFFD", "end null");
    }

    @Test
    void tellsReasoningApartFromTextAndNeverPartsASurrogatePairOfIt() throws Exception {
        reasoning("hm\\ud83d");
        reasoning("\\ude00");
        reasoning("\\ud83d");
        text("so");
        reasoning("or");
        teller.end();
        assertThat(listener.told())
                .containsExactly(
                        "reasoning hm",
                        "reasoning \ud83d\ude00",
                        "reasoning \uFFFD",
                        "text so",
                        "reasoning or",
                        "end null");
    }

    @Test
    void reasoningCountsAsPartOfTheAnswer() throws Exception {
        reasoning("x".repeat(1000));
        assertThatThrownBy(() -> text("x"))
                .isInstanceOfSatisfying(
                        FailedGenerationException.class,
                        e ->
                                assertThat(e.failure().code())
                                        .isEqualTo(ErrorCode.RESPONSE_TOO_LARGE));
        assertThat(listener.told()).hasSize(1);
    }

    @Test
    void boundsTextAndToolCallsTogether() throws Exception {
        text("x".repeat(940));
        calls("{'index':0,'function':{'name':'one','arguments':'{}'}}");
        assertThatThrownBy(() -> text("x".repeat(60)))
                .isInstanceOfSatisfying(
                        FailedGenerationException.class,
                        e ->
                                assertThat(e.failure().code())
                                        .isEqualTo(ErrorCode.RESPONSE_TOO_LARGE));
        assertThat(listener.text()).hasSize(940);
    }

    @Test
    void saysWithWhatReasonAnEmptyAnswerEnded() throws Exception {
        finish("length");
        assertThatThrownBy(teller::end)
                .isInstanceOfSatisfying(
                        FailedGenerationException.class,
                        e -> assertThat(e.failure().code()).isEqualTo(ErrorCode.EMPTY_RESPONSE))
                .hasMessageContaining("finish_reason length");
    }

    private void text(String escaped) throws Exception {
        teller.tell(
                CompletionReader.read(
                        "{\"choices\":[{\"delta\":{\"content\":\"" + escaped + "\"}}]}"));
    }

    private void reasoning(String escaped) throws Exception {
        teller.tell(
                CompletionReader.read(
                        "{\"choices\":[{\"delta\":{\"reasoning_content\":\"" + escaped + "\"}}]}"));
    }

    private void calls(String calls) throws Exception {
        teller.tell(CompletionReader.read(json(calls)));
    }

    private void finish(String reason) throws Exception {
        teller.tell(
                CompletionReader.read(
                        "{\"choices\":[{\"delta\":{},\"finish_reason\":\"" + reason + "\"}]}"));
    }

    private static String json(String calls) {
        return "{\"choices\":[{\"delta\":{\"tool_calls\":[" + calls.replace('\'', '"') + "]}}]}";
    }

    private static String fragment(String calls) {
        return "fragment [" + calls.replace('\'', '"') + "]";
    }
}
