package dev.culvert.value;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ValueTest {
    @Test
    void keepsOrderAndDigits() throws BadValueException {
        String json = "{\"b\":1.50,\"a\":[1e3,true,null,\"\\\"ä\"],\"c\":{}}";

        assertThat(Value.parse(json).json()).isEqualTo(json);
    }

    @Test
    void whatIsNotThereIsNothing() throws BadValueException {
        Value value = Value.parse("{\"a\":{\"b\":null}}");

        assertThat(value.at("a", "b", "c").isNothing()).isTrue();
        assertThat(value.text("x")).isEmpty();
        assertThat(value.number(7, "a", "b")).isEqualTo(7);
        assertThat(value.at("a").list()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "{} {}", "{\"a\":1,\"a\":2}", "[1,]", "// c\n1", "nul"})
    void refusesWhatIsNotOneValue(String json) {
        assertThatThrownBy(() -> Value.parse(json)).isInstanceOf(BadValueException.class);
    }

    @Test
    void refusesWhatIsTooDeep() {
        String deep = "[".repeat(101) + "]".repeat(101);

        assertThatThrownBy(() -> Value.parse(deep)).isInstanceOf(BadValueException.class);
    }

    @Test
    void peopleMayWriteComments() throws BadValueException {
        assertThat(Value.parseCommented("{\"a\": 1, // one\n}").json()).isEqualTo("{\"a\":1}");
    }

    @Test
    void saysWhereAMistakeIs() {
        assertThatThrownBy(() -> Value.parse("{\n  \"a\": x}"))
                .hasMessageStartingWith("line 2, column ");
    }
}
