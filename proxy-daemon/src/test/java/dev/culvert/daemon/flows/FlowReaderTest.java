package dev.culvert.daemon.flows;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.daemon.config.FlowSettings;
import dev.culvert.settings.BadSettingsException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class FlowReaderTest {
    private static final StepKinds KINDS = new StepKinds(List.of(new WaitStep(), new EchoStep()));

    private static Flow read(String text) throws BadSettingsException {
        return FlowReader.read("f.jsonc", text, KINDS, FlowSettings.DEFAULTS);
    }

    private static List<String> mistakes(String text) {
        try {
            read(text);
        } catch (BadSettingsException e) {
            return e.mistakes();
        }
        return List.of();
    }

    @Test
    void readsEverythingThatAFlowMayHave() throws BadSettingsException {
        Flow flow =
                read(
                        """
                        {
                          // with comments
                          "name": "report",
                          "description": "All of it",
                          "inputs": {"city": {"type": "string", "default": "Bern"}},
                          "steps": {
                            "first": {"echo": {"value": "${inputs.city}"}},
                            "second": {
                              "wait": {"for": "1s"},
                              "needs": ["first"],
                              "when": {"value": "${steps.first.value}", "in": ["Bern", 3]},
                              "timeout": "20s",
                              "retry": {"attempts": 3, "backoff": "2s"},
                              "cache": "1h",
                            },
                            "all": {
                              "echo": {"value": {"a": ["${each.item}", "${steps.first.value} ${each.index}"]}},
                              "each": {"items": [1, 2], "parallel": 2}
                            },
                            "last": {"echo": {"value": true}, "finally": true}
                          },
                          "outputs": {"said": "${steps.first.value}"}
                        }
                        """);

        assertThat(flow.name()).isEqualTo("report");
        assertThat(requireNonNull(flow.inputs().get("city")).types()).containsExactly("string");
        Flow.Step second = requireNonNull(flow.steps().get("second"));
        assertThat(second.needs()).containsExactly("first");
        assertThat(second.uses()).isEmpty();
        assertThat(second.timeout()).isEqualTo(Duration.ofSeconds(20));
        assertThat(second.retry()).isEqualTo(new Flow.Retry(3, Duration.ofSeconds(2)));
        assertThat(second.cacheFor()).isEqualTo(Duration.ofHours(1));
        Flow.Step all = requireNonNull(flow.steps().get("all"));
        assertThat(all.needs()).containsExactly("first");
        assertThat(all.uses()).containsExactly("first");
        assertThat(all.each()).extracting(Flow.Each::parallel).isEqualTo(2);
        assertThat(requireNonNull(flow.steps().get("last")).isFinal()).isTrue();
        assertThat(flow.outputs()).containsOnlyKeys("said");
    }

    @Test
    void findsAllMistakesAtOnceEachWithItsLine() {
        assertThat(
                        mistakes(
                                """
                                {
                                  "name": "1st",
                                  "inputs": {"city": {"type": "sting"}, "n": {"type": "integer", "default": "x"}},
                                  "steps": {
                                    "a": {"wiat": {"for": "1s"}},
                                    "b": {"wait": {"fro": "1s"}},
                                    "c": {"wait": {"for": 7}, "needs": ["bb"]},
                                    "d": {"echo": {"value": "${inputs.ctiy} ${steps.zz}"}},
                                    "e": {"wait": {"for": "${inputs.n}"}},
                                    "f": {"echo": {"value": "${steps.e.waited}"}},
                                    "g": {"echo": {"value": "${env.SECRET} ${each.item} ${what}"}},
                                    "h": {"echo": {"value": "${open"}},
                                    "i": {"wait": {"for": "1s"}, "echo": {"value": 1}},
                                    "j": {"echo": {"value": 1}, "retry": {"attempts": 0}, "timeout": "x"},
                                    "k": {"echo": {"value": 1}, "when": {"value": "${steps.j}", "eqals": 1}}
                                  }
                                }
                                """))
                .containsExactly(
                        "f.jsonc:2:3: name must be up to 64 letters, digits, '_' and '-', of which the first is no digit and no '-'",
                        "f.jsonc:3:23: there is no type 'sting': did you mean 'string'?",
                        "f.jsonc:3:66: the default of 'n' is \"x\": its type is integer",
                        "f.jsonc:5:5: the step 'a' has no kind: give it one of wait, echo, such as \"wait\": { … }",
                        "f.jsonc:5:11: the step 'a' has no member 'wiat': did you mean 'wait'?",
                        "f.jsonc:6:11: wait needs 'for': How long, such as \"500ms\", \"10s\" or \"1h\"",
                        "f.jsonc:6:20: wait has no member 'fro': did you mean 'for'?",
                        "f.jsonc:7:20: wait.for is 7: it must be of type string",
                        "f.jsonc:7:41: there is no step 'bb': did you mean 'b'?",
                        "f.jsonc:8:20: there is no input 'ctiy': did you mean 'city'?",
                        "f.jsonc:8:20: there is no step 'zz': there are a, b, c, d, e, f, g, h, i, j, k",
                        "f.jsonc:9:20: wait.for takes string, and ${inputs.n} is integer or number",
                        "f.jsonc:10:20: the output of the step 'e' has no member 'waited': there is waited_ms",
                        "f.jsonc:11:20: ${what} is not a reference: there are ${inputs.NAME}, ${steps.STEP.MEMBER}, ${each.item}, ${each.index} and ${env.NAME}",
                        "f.jsonc:12:20: a reference has no end: write } after it, or $${ for the text ${",
                        "f.jsonc:13:5: the step 'i' has wait and echo: a step has one kind",
                        "f.jsonc:14:43: attempts is 0: it must be a whole number from 1 to 100",
                        "f.jsonc:14:59: timeout is \"x\": it must be a time such as \"500ms\", \"10s\" or \"1h\", over 0",
                        "f.jsonc:15:33: when must be { \"value\": \"${…}\" } with one of equals, not, in, exists",
                        "f.jsonc:15:65: when has no member 'eqals': did you mean 'equals'?");
    }

    @Test
    void refusesVariablesThatTheSettingsDoNotList() {
        assertThat(
                        mistakes(
                                """
                                {"name": "f", "inputs": {"a": {"type": "string", "env": "HOME"}},
                                 "steps": {"a": {"echo": {"value": "${env.PATH}"}}}}
                                """))
                .hasSize(2)
                .allMatch(it -> it.contains("may not be read: flows.env"));
    }

    @Test
    void refusesItemsOutsideOfAStepWithEach() {
        assertThat(
                        mistakes(
                                "{\"name\": \"f\", \"steps\": {\"a\": {\"echo\": {\"value\": \"${each.item}\"}}}}"))
                .singleElement()
                .asString()
                .contains("${each.item} has no value here");
    }

    @Test
    void refusesStepsThatWaitForEachOther() {
        assertThat(
                        mistakes(
                                """
                                {"name": "f", "steps": {
                                  "a": {"echo": {"value": "${steps.c.value}"}},
                                  "b": {"echo": {"value": 1}, "needs": ["a"]},
                                  "c": {"echo": {"value": 1}, "needs": ["b"]},
                                  "d": {"echo": {"value": 1}, "needs": ["d"]}}}
                                """))
                .containsExactly(
                        "f.jsonc:3:3: steps wait for each other in a circle: a needs c needs b needs a",
                        "f.jsonc:5:3: steps wait for each other in a circle: d needs d");
    }

    @Test
    void refusesAStepThatWaitsForOneThatComesLast() {
        assertThat(
                        mistakes(
                                """
                                {"name": "f", "steps": {
                                  "a": {"echo": {"value": 1}, "finally": true},
                                  "b": {"echo": {"value": "${steps.a.value}"}}}}
                                """))
                .singleElement()
                .asString()
                .startsWith("f.jsonc:3:3: the step 'b' needs 'a', which runs after all others");
    }

    @Test
    void refusesWhatIsNoJson() {
        assertThatThrownBy(() -> read("{\"name\": \"f\","))
                .isInstanceOf(BadSettingsException.class)
                .hasMessageStartingWith("f.jsonc:1:");
    }

    @Test
    void refusesMoreStepsThanTheSettingsAllow() {
        StringBuilder steps = new StringBuilder("{\"name\": \"f\", \"steps\": {\"a\": {}");
        for (int i = 0; i < FlowSettings.DEFAULTS.maxSteps(); i++) {
            steps.append(", \"s").append(i).append("\": {}");
        }

        assertThat(mistakes(steps.append("}}").toString()))
                .singleElement()
                .asString()
                .contains("201 steps", "flows.max_steps");
    }
}
