package dev.culvert.link;

import static dev.culvert.link.EmbeddedLink.A_MINUTE;
import static dev.culvert.link.EmbeddedLink.frame;
import static dev.culvert.link.EmbeddedLink.message;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.frame.FrameType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Replies whose payload is missing or breaks its schema end their own exchange and nothing else.
 */
class MalformedReplyTest {
    private final CountingObserver observer = new CountingObserver();
    private final ScriptedListener listener = new ScriptedListener();
    private final ScriptedListener neighbour = new ScriptedListener();

    private final EmbeddedLink agent = new EmbeddedLink(EmbeddedLink.UNWATCHED, observer);
    private final AgentLink link = agent.link();

    @AfterEach
    void close() {
        agent.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "message       | chunk        | the agent sent a chunk without a payload",
                "message       | error        | the agent gave no message",
                "message       | tool_blocked | the tool 'unnamed' is blocked: the agent gave no"
                        + " reason",
                "config_update | config_ack   | a config_ack that does not say \"applied\":true",
                "config_update | error        | the agent gave no message",
                "ping          | error        | the agent gave no message",
            })
    void aReplyWithoutAPayloadFailsItsOwnExchange(String request, String reply, String message) {
        link.open(frame(FrameType.of(request), "1", "{}"), listener, A_MINUTE);

        agent.receiveBare(reply, "1");

        assertThat(listener.failure().message()).contains(message);
        assertTheLinkLives();
    }

    @ParameterizedTest
    @CsvSource({
        "message, chunk",
        "message, error",
        "message, tool_blocked",
        "config_update, config_ack",
        "config_update, error"
    })
    void aReplyWithoutAPayloadIsNotReadByThePlacesOfThePayloadBefore(String request, String reply) {
        link.open(frame(FrameType.of(request), "1", "{}"), listener, A_MINUTE);
        link.open(message("2", "{}"), neighbour, A_MINUTE);
        agent.receive(
                "chunk", "2", "{\"content\":\"a\",\"applied\":true,\"more\":[1,2],\"done\":true}");

        agent.receiveBare(reply, "1");

        assertThat(neighbour.ends()).containsExactly("done");
        assertThat(listener.ends()).containsExactly("failed");
        assertTheLinkLives();
    }

    @Test
    void aPongNeedsNoPayload() {
        link.open(frame(FrameType.PING, "1", "{}"), listener, A_MINUTE);
        link.open(message("2", "{}"), neighbour, A_MINUTE);
        agent.receive("chunk", "2", "{\"content\":\"\",\"done\":true}");

        agent.receiveBare("pong", "1");

        assertThat(listener.ends()).containsExactly("done");
        assertTheLinkLives();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[1]                                         | whose payload is not an object",
                "null                                        | whose payload is not an object",
                "\"text\"                                    | whose payload is not an object",
                "true                                        | whose payload is not an object",
                "{}                                          | without 'content'",
                "{\"done\":true}                             | without 'content'",
                "{\"content\":\"a\"}                         | without 'done'",
                "{\"content\":null,\"done\":true}            | whose 'content' is not a string",
                "{\"content\":[\"a\"],\"done\":true}         | whose 'content' is not a string",
                "{\"content\":\"a\",\"done\":\"yes\"}        | whose 'done' is not true or false",
                "{\"content\":\"a\",\"done\":1}              | whose 'done' is not true or false",
                "{\"content\":\"a\",\"done\":null}           | whose 'done' is not true or false",
                "{\"content\":\"a\",\"content\":\"b\",\"done\":true} | in which 'content' appears"
                        + " twice",
                "{\"content\":\"a\",\"c\\u006fntent\":\"b\",\"done\":true} | in which 'content'"
                        + " appears twice",
                "{\"content\":\"a\",\"done\":false,\"done\":true} | in which 'done' appears twice",
                "{\"content\":\"\",\"done\":true,\"finish_reason\":7} | whose 'finish_reason' is"
                        + " not a string",
                "{\"content\":\"\",\"done\":true,\"usage\":[]} | whose 'usage' is not an object",
                "{\"content\":\"\",\"done\":true,\"usage\":{},\"usage\":{}} | in which 'usage'"
                        + " appears twice",
                "{\"content\":\"\",\"done\":false,\"tool_calls\":{}} | whose 'tool_calls' is not an"
                        + " array of objects",
                "{\"content\":\"\",\"done\":false,\"tool_calls\":[{},1]} | whose 'tool_calls' is"
                        + " not an array of objects",
                "{\"content\":\"\",\"done\":false,\"reasoning\":{}} | whose 'reasoning' is not a"
                        + " string",
                "{\"content\":\"\",\"done\":false,\"reasoning\":\"a\",\"reasoning\":\"b\"} | in"
                        + " which 'reasoning' appears twice",
                "{\"content\":\"\",\"done\":false,\"anthropic\":[]} | whose 'anthropic' is not an"
                        + " object",
            })
    void aChunkThatBreaksItsSchemaFailsItsExchange(String payload, String fault) {
        link.open(message("1", "{}"), listener, A_MINUTE);
        agent.receive("chunk", "1", "{\"content\":\"fine\",\"done\":false}");

        agent.receive("chunk", "1", payload);

        assertThat(listener.replies()).hasSize(1);
        assertThat(listener.failure())
                .isEqualTo(new Failure.BadAnswer("the agent sent a chunk " + fault));
        assertThat(observer.count("ended bad_answer")).isEqualTo(1);
        assertTheLinkLives();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"done\":false,\"content\":\"\"}",
                "{ \"d\\u006fne\" : false , \"content\":\"\"}",
                "{\"content\":\"\",\"done\":false,\"tool_calls\":[]}",
                "{\"content\":\"\",\"done\":false,\"tool_calls\":[ {\"index\":0} , {\"a\":[1,{}]}"
                        + " ]}",
                "{\"content\":\"\",\"done\":false,\"usage\":{\"a\":1},\"finish_reason\":\"stop\"}",
                "{\"content\":\"\",\"done\":false,\"x\":1,\"x\":2,\"Content\":7}",
            })
    void aChunkThatKeepsItsSchemaIsToldAsItCame(String payload) {
        link.open(message("1", "{}"), listener, A_MINUTE);

        agent.receive("chunk", "1", payload);

        assertThat(listener.replies()).containsExactly(payload);
        assertThat(listener.ends()).isEmpty();
    }

    @Test
    void whatTheAgentWorksOnAfterABadChunkIsCancelledAndWhatItStillSendsIsDropped() {
        agent.announce("cancel");
        link.open(message("1", "{}"), listener, A_MINUTE);
        agent.sent();

        agent.receive("chunk", "1", "{\"content\":7,\"done\":false}");
        agent.receive("chunk", "1", "{\"content\":\"more\",\"done\":false}");

        assertThat(agent.sent()).isEqualTo("{\"type\":\"cancel\",\"id\":\"1\"}");
        assertThat(listener.replies()).isEmpty();
        assertThat(observer.count("late chunk")).isEqualTo(1);
    }

    @Test
    void anAgentMayGoOnForLongWithTheBadChunksThatFailedItsExchange() {
        link.open(message("1", "{}"), listener, A_MINUTE);
        agent.receive("chunk", "1", "{\"content\":7,\"done\":false}");
        agent.receive("chunk", "1", "{\"content\":7,\"done\":false}");
        for (int i = 0; i < 100; i++) {
            link.open(frame(FrameType.PING, "p" + i, "{}"), new ScriptedListener(), A_MINUTE);
            agent.receive("pong", "p" + i, "{}");
        }

        agent.receive("chunk", "1", "{\"content\":7,\"done\":false}");

        assertTheLinkLives();
    }

    private void assertTheLinkLives() {
        ScriptedListener next = new ScriptedListener();
        link.open(message("next", "{}"), next, A_MINUTE);
        agent.receive("chunk", "next", "{\"content\":\"\",\"done\":true}");
        assertThat(next.ends()).containsExactly("done");
    }
}
