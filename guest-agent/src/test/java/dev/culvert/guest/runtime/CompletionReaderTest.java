package dev.culvert.guest.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.culvert.guest.runtime.Completion.ToolCallPart;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CompletionReaderTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '@',
            quoteCharacter = '`',
            value = {
                "{\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\"}}]} @ ``",
                "{\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":null}}]}"
                        + " @ ``",
                "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"h\\u00e9\\n\"}}]} @ `hé\n`",
                "{\"choices\":[{\"delta\":{\"content\":\"no index\"}}]} @ no index",
                "{\"choices\":[{\"index\":1,\"delta\":{\"content\":\"another\"}}]} @ ``",
                "{\"choices\":[{\"delta\":{\"content\":\"another\"},\"index\":1},{\"delta\":{\"content\":\"first\"},\"index\":0}]}"
                        + " @ first",
                "{\"choices\":[{\"delta\":{\"content\":[{\"type\":\"text\",\"text\":\"a\"},{\"text\":\"b\",\"type\":\"output_text\"},\"c\"]}}]}"
                        + " @ abc",
                "{\"choices\":[{\"delta\":{\"content\":[{\"type\":\"thinking\",\"thinking\":[{\"type\":\"text\",\"text\":\"hm\"}]},{\"type\":\"reasoning\",\"text\":\"hm\"}]}}]}"
                        + " @ ``",
                "{\"choices\":[{\"delta\":{\"content\":null,\"refusal\":\"I will not\"}}]} @ I will"
                        + " not",
                "{\"choices\":[{\"delta\":{\"content\":\"\",\"reasoning_content\":\"hm\"}}]} @ ``",
                "{\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":\"plain\"}}]} @"
                        + " plain",
                "{\"choices\":[{\"index\":0,\"text\":\"legacy\"}]} @ legacy",
                "{\"choices\":[{\"delta\":null}]} @ ``",
                "{\"choices\":[null]} @ ``",
                "{\"choices\":null} @ ``",
                "{\"choices\":[],\"usage\":{}} @ ``",
                "{} @ ``"
            })
    void readsTheTextOfTheFirstChoice(String json, String text) throws Exception {
        Completion completion = CompletionReader.read(json);
        assertThat(completion.text()).isEqualTo(text);
        assertThat(completion.toolCallsJson()).isNull();
        assertThat(completion.error()).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '@',
            quoteCharacter = '`',
            value = {
                "{\"content\":\"\",\"reasoning_content\":\"hm\"} @ hm",
                "{\"reasoning\":\"hm\"} @ hm",
                "{\"reasoning\":\"hm\",\"reasoning_content\":\"hm\"} @ hm",
                "{\"reasoning_content\":\"hm\",\"reasoning\":null} @ hm",
                "{\"reasoning_content\":null,\"content\":\"hm\"} @ ``",
                "{\"reasoning\":{\"text\":\"hm\"}} @ ``"
            })
    void readsTheReasoningUnderBothItsNames(String delta, String reasoning) throws Exception {
        assertThat(CompletionReader.read("{\"choices\":[{\"delta\":" + delta + "}]}").reasoning())
                .isEqualTo(reasoning);
        assertThat(CompletionReader.read("{\"choices\":[{\"message\":" + delta + "}]}").reasoning())
                .isEqualTo(reasoning);
    }

    @Test
    void readsFinishReasonAndTheUsageAsItIsWritten() throws Exception {
        Completion completion =
                CompletionReader.read(
                        "{\"choices\":[{\"delta\":{},\"finish_reason\":\"length\"}], \"usage\" : {"
                                + " \"total_tokens\": 1e2,\n"
                                + "\"d\":{\"x\":[1]}} ,\"x\":1}");
        assertThat(completion.finishReason()).isEqualTo("length");
        assertThat(completion.usageJson())
                .isEqualTo("{ \"total_tokens\": 1e2,\n\"d\":{\"x\":[1]}}");
    }

    @Test
    void tellsTheLastChunkWithUsageOnlyFromACompletion() throws Exception {
        Completion completion =
                CompletionReader.read("{\"choices\":[],\"usage\":{\"total_tokens\":3}}");
        assertThat(completion.hasChoices()).isFalse();
        assertThat(completion.usageJson()).isEqualTo("{\"total_tokens\":3}");
        assertThat(
                        CompletionReader.read("{\"choices\":[{\"delta\":{}}],\"usage\":null}")
                                .usageJson())
                .isNull();
    }

    @Test
    void readsToolCallsAndHandsThemOnAsTheyAreWritten() throws Exception {
        String calls =
                "[ {\"index\":0,\"id\":\"a\",\"type\":\"function\",\"function\":{\"name\":\"find\",\"arguments\":\"\"}},"
                        + "{\"function\":{\"arguments\":\"{\\\"q\\\":\"},\"index\":3},"
                        + "{\"custom\":{\"name\":\"run\",\"input\":\"x\"}},{\"index\":9,\"name\":\"outside\"}]";
        Completion completion =
                CompletionReader.read(
                        "{\"choices\":[{\"delta\":{\"content\":null,\"tool_calls\":"
                                + calls
                                + "}}]}");
        assertThat(completion.toolCallsJson()).isEqualTo(calls);
        assertThat(completion.toolCalls())
                .containsExactly(
                        new ToolCallPart(0, "a", "find", false),
                        new ToolCallPart(3, "", "", true),
                        new ToolCallPart(2, "", "run", true),
                        new ToolCallPart(9, "", "", false));
    }

    @Test
    void readsArgumentsThatAreAnObject() throws Exception {
        Completion completion =
                CompletionReader.read(
                        "{\"choices\":[{\"message\":{\"tool_calls\":[{\"function\":{\"arguments\":{\"a\":[1]},\"name\":\"f\"}}]}}]}");
        assertThat(completion.toolCalls()).containsExactly(new ToolCallPart(0, "", "f", true));
    }

    @Test
    void tellsAFunctionCallAsAToolCall() throws Exception {
        Completion completion =
                CompletionReader.read(
                        "{\"choices\":[{\"delta\":{\"function_call\":{\"name\":\"find\",\"arguments\":\"{}\"}}}]}");
        assertThat(completion.toolCalls()).containsExactly(new ToolCallPart(0, "", "find", true));
        assertThat(completion.toolCallsJson())
                .isEqualTo(
                        "[{\"index\":0,\"type\":\"function\",\"function\":{\"name\":\"find\",\"arguments\":\"{}\"}}]");
    }

    @Test
    void joinsTheNamesOfACallThatIsTwoThingsAtOnce() throws Exception {
        Completion completion =
                CompletionReader.read(
                        "{\"choices\":[{\"delta\":{\"tool_calls\":[{\"custom\":{\"name\":\"evil\"},\"function\":{\"name\":\"good\"}}]}}]}");
        assertThat(completion.toolCalls())
                .containsExactly(new ToolCallPart(0, "", "evilgood", false));
    }

    @Test
    void takesAnEmptyArrayForNoToolCall() throws Exception {
        assertThat(
                        CompletionReader.read("{\"choices\":[{\"delta\":{\"tool_calls\":[]}}]}")
                                .toolCallsJson())
                .isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '@',
            quoteCharacter = '`',
            value = {
                "{\"error\":{\"message\":\"out of memory\",\"code\":500}} @ out of memory",
                "{\"error\":\"busy\"} @ busy",
                "{\"error\":{\"code\":500}} @ it gave no reason"
            })
    void readsAnErrorInTheStream(String json, String message) throws Exception {
        assertThat(CompletionReader.read(json).error()).isEqualTo(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"error\":null,\"choices\":[]}", "{\"error\":\"\",\"choices\":[]}"})
    void takesNoErrorForNone(String json) throws Exception {
        assertThat(CompletionReader.read(json).error()).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "\"text\"",
                "{",
                "{\"choices\":[{\"delta\":{\"content\":\"cut",
                "{\"choices\":[{\"delta\":{\"content\":\"a\"}}]",
                "{} {}",
                "{}x",
                "{'a':1}",
                "{\"choices\":[{\"index\":99999999999,\"delta\":{}}]}",
                "{\"choices\":[{\"delta\":{\"tool_calls\":[{\"function\":{\"name\":\"good\",\"name\":\"evil\"}}]}}]}"
            })
    void refusesWhatIsNotOneSoundObject(String json) {
        assertThatThrownBy(() -> CompletionReader.read(json))
                .isInstanceOf(JsonProcessingException.class);
    }

    @Test
    void refusesWhatIsNestedTooDeep() {
        String deep = "{\"a\":" + "[".repeat(100) + "]".repeat(100) + "}";
        assertThatThrownBy(() -> CompletionReader.read(deep))
                .isInstanceOf(JsonProcessingException.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '@',
            quoteCharacter = '`',
            value = {
                "{\"error\":{\"type\":\"x\",\"message\":\"a\"}} @ a",
                "{\"error\":\"b\"} @ b",
                "{\"error\":true,\"message\":\"c\"} @ c",
                "{\"detail\":\"d\"} @ d",
                "{\"detail\":[{\"loc\":[\"body\"],\"msg\":\"e\"},{\"msg\":\"f\"}]} @ e",
                "{\"object\":\"error\",\"message\":\"g\"} @ g",
                "Cannot POST @ Cannot POST",
                "{\"reason\":\"h\"} @ {\"reason\":\"h\"}",
                "{\"error\": @ {\"error\":"
            })
    void findsTheSentenceInAnErrorBody(String body, String sentence) {
        assertThat(JsonReaders.errorMessage(body)).isEqualTo(sentence);
    }
}
