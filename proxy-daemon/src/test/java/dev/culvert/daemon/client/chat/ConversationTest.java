package dev.culvert.daemon.client.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.value.Value;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConversationTest {
    @Test
    void aLongOneLosesItsBeginningByWholeRounds() {
        Conversation conversation = new Conversation(List.of());
        String large = "x".repeat(Conversation.MOST_BYTES / 2);
        conversation.user("first");
        conversation.agent("", List.of(new ToolCall("c", "read_file", Value.members())));
        conversation.results(List.of(new ToolAnswer("c", true, large)));
        conversation.agent("one", List.of());
        conversation.user("second " + large);
        conversation.agent("two", List.of());

        Value payload = conversation.payload(List.of(), "");

        assertThat(payload.at("messages").list().stream().map(it -> it.text("role")))
                .containsExactly("user", "assistant");
        assertThat(payload.at("tools").isNothing()).isTrue();
        assertThat(conversation.title()).startsWith("second");
    }

    @Test
    void theLastMessageStaysHoweverLongItIs() {
        Conversation conversation = new Conversation(List.of());
        conversation.user("x".repeat(2 * Conversation.MOST_BYTES));

        assertThat(conversation.payload(List.of(), "").at("messages").list()).hasSize(1);
    }
}
