package dev.culvert.subject;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SubjectTest {
    @ParameterizedTest
    @ValueSource(strings = {"a", "build.done", "Build.DONE", "a-b_c.0.9", "inbox", "-._"})
    void isPartsOfLettersDigitsUnderscoresAndHyphens(String text) {
        assertThat(new Subject(text)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", ".", "a.", ".a", "a..b", "a b", "a*", "a.*", ">", "a/b", "ä", "a\n", "a\u0000",
                "\"", "a:b"
            })
    void anythingElseIsRefusedInWords(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Subject(text))
                .withMessageContaining("is not a subject: a subject has 1 to 255 letters");
    }

    @Test
    void hasAtMost255Characters() {
        assertThat(new Subject("a".repeat(255)).text()).hasSize(255);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Subject("a".repeat(256)))
                .withMessageContaining("(256 characters)");
    }

    @ParameterizedTest
    @CsvSource({"inbox.x, true", "inbox, true", "inboxes.x, false", "a.inbox, false"})
    void repliesGoToInboxes(String text, boolean isInbox) {
        assertThat(new Subject(text).isInbox()).isEqualTo(isInbox);
        assertThat(Subject.inbox("x-Y_9").isInbox()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "a.b, a.b, true",
        "a.b, a.B, false",
        "a.b, a, false",
        "a.b, a.b.c, false",
        "a.b, a.bc, false",
        "a.*, a.b, true",
        "a.*, a, false",
        "a.*, a.b.c, false",
        "*.b, a.b, true",
        "*.b, a.c, false",
        "a.*.c, a.b.c, true",
        "a.*.c, a.b.d, false",
        "*, a, true",
        "*, a.b, false",
        "a.>, a.b, true",
        "a.>, a.b.c, true",
        "a.>, a, false",
        "*.>, a.b, true",
        "*.>, a, false",
        ">, a, true",
        ">, a.b.c, true",
        ">, inbox.x, false",
        "*.x, inbox.x, false",
        "inbox.*, inbox.x, true",
        "inbox.>, inbox.x, true",
        "a.*, a.inbox, true"
    })
    void aMatchStandsForSubjects(String match, String subject, boolean matches) {
        assertThat(SubjectMatch.of(match).matches(new Subject(subject))).isEqualTo(matches);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "a.", "a..b", "a.>.b", ">a", "a*", "**", "a b", "a.>>", "ä.*"})
    void anyOtherMatchIsRefusedInWords(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SubjectMatch.of(text))
                .withMessageContaining("matches no subject: give a subject such as build.done");
    }
}
