package dev.culvert.daemon.flows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.config.Scope;
import dev.culvert.settings.Node;
import dev.culvert.testing.Eventually;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FlowRunTest {
    private final FlowBench bench = new FlowBench();

    @AfterEach
    void close() {
        bench.close();
    }

    private static StepEnd later(StepEnd[] ends, StepEnd end) {
        ends[0] = end;
        return end;
    }

    @Test
    void stepsRunAfterThoseTheyNeedAndGetTheirOutputs() throws Exception {
        RunView view =
                bench.run(
                        """
                        {"name": "f", "inputs": {"city": {"type": "string", "default": "Bern"}},
                         "steps": {
                           "c": {"do": {"value": "${steps.b.value.list.1} of ${inputs.city}"}},
                           "a": {"echo": {"value": {"n": 7, "list": ["x", "y"]}}},
                           "b": {"echo": {"value": "${steps.a.value}"}}},
                         "outputs": {"said": "${steps.c.value}", "n": "${steps.a.value.n}", "no": "${steps.a.value.z}"}}
                        """);

        assertThat(view.run().state()).isEqualTo(RunState.DONE);
        assertThat(FlowBench.states(view)).containsOnlyKeys("c", "a", "b").containsValue("done");
        assertThat(view.run().outputs())
                .extracting(Node::json)
                .isEqualTo("{\"said\": \"y of Bern\", \"n\": 7, \"no\": null}");
    }

    @Test
    void aStepWhoseConditionDoesNotHoldIsSkippedAndSoIsWhatUsesIt() throws Exception {
        RunView view =
                bench.run(
                        """
                        {"name": "f", "steps": {
                           "a": {"echo": {"value": 1}},
                           "no": {"do": {}, "when": {"value": "${steps.a.value}", "equals": 2}},
                           "uses": {"do": {"value": "${steps.no.value}"}},
                           "after": {"do": {}, "needs": ["no"]},
                           "else": {"do": {}, "when": {"value": "${steps.no.value}", "exists": false}},
                           "in": {"do": {}, "when": {"value": "${steps.a.value}", "in": [3, 1]}},
                           "not": {"do": {}, "when": {"value": "${steps.a.value}", "not": 1}}}}
                        """);

        assertThat(view.run().state()).isEqualTo(RunState.DONE);
        assertThat(FlowBench.states(view))
                .containsEntry("no", "skipped")
                .containsEntry("uses", "skipped")
                .containsEntry("after", "done")
                .containsEntry("else", "done")
                .containsEntry("in", "done")
                .containsEntry("not", "skipped");
    }

    @Test
    void itemsRunAFewAtOnce() throws Exception {
        bench.doing.action =
                (input, end) ->
                        input.loop()
                                .schedule(() -> end.done(input.params()), 1, TimeUnit.MILLISECONDS);
        RunView view =
                bench.run(
                        """
                        {"name": "f", "steps": {
                           "a": {"do": {"value": "${each.index}: ${each.item.n}"},
                                 "each": {"items": [{"n": 5}, {"n": 6}, {"n": 7}, {"n": 8}, {"n": 9}], "parallel": 2}},
                           "none": {"do": {"value": "${each.item}"}, "each": []},
                           "b": {"echo": {"value": "${steps.a.4.value}"}}},
                         "outputs": {"last": "${steps.b.value}", "none": "${steps.none}"}}
                        """);

        assertThat(String.valueOf(view.run().outputs()).contains("4: 9")).isTrue();
        assertThat(view.run().outputs())
                .extracting(Node::json)
                .isEqualTo("{\"last\": \"4: 9\", \"none\": []}");
        assertThat(bench.doing.most).isEqualTo(2);
        assertThat(bench.doing.begun).hasSize(5).containsEntry("a[4]", 1);
    }

    @Test
    void afterAFailureOnlyWhatComesLastBegins() throws Exception {
        bench.doing.action =
                (input, end) -> {
                    if (input.step().equals("bad")) {
                        end.failed(new StepFailure("broken", "It broke.", false));
                    } else {
                        end.done(input.params());
                    }
                };
        RunView view =
                bench.run(
                        """
                        {"name": "f", "steps": {
                           "bad": {"do": {}},
                           "next": {"do": {}, "needs": ["bad"]},
                           "last": {"do": {"value": "was ${steps.bad.x}."}, "finally": true},
                           "end": {"do": {}, "needs": ["last"], "finally": true}}}
                        """);

        assertThat(view.run().state()).isEqualTo(RunState.FAILED);
        assertThat(view.run().error()).isEqualTo("It broke.");
        assertThat(FlowBench.states(view))
                .containsEntry("bad", "failed")
                .containsEntry("next", "waiting")
                .containsEntry("last", "done")
                .containsEntry("end", "done");
    }

    @Test
    void aStepIsTriedAgainAsOftenAsItSays() throws Exception {
        bench.doing.action =
                (input, end) -> {
                    if (input.attempt() < 3) {
                        end.failed(new StepFailure("busy", "Busy.", true));
                    } else {
                        end.done(Values.members(Map.of("key", Values.text(input.key()))));
                    }
                };
        String text =
                """
                {"name": "f", "steps": {"a": {"do": {}, "retry": {"attempts": %d, "backoff": "1ms"}}},
                 "outputs": {"key": "${steps.a.key}"}}
                """;
        RunView done = bench.run(text.formatted(3));
        assertThat(done.run().state()).isEqualTo(RunState.DONE);
        assertThat(done.steps().getFirst().attempt()).isEqualTo(3);
        assertThat(done.run().outputs())
                .extracting(Node::json)
                .isEqualTo("{\"key\": \"" + done.run().id() + ".a\"}");

        RunView failed = bench.run(text.formatted(2));
        assertThat(failed.run().state()).isEqualTo(RunState.FAILED);
        assertThat(failed.run().error()).isEqualTo("Busy.");
    }

    @Test
    void aStepThatTakesTooLongIsEnded() throws Exception {
        bench.doing.action = (_, _) -> {};
        RunView view =
                bench.run(
                        "{\"name\": \"f\", \"steps\": {\"a\": {\"do\": {}, \"timeout\": \"10ms\"}}}");

        assertThat(view.run().state()).isEqualTo(RunState.FAILED);
        assertThat(view.run().error()).contains("did not end within 10ms", "'timeout'");
        assertThat(bench.doing.cancelled()).containsExactly("a");
    }

    @Test
    void whatIsMissingFailsTheStep() throws Exception {
        RunView view =
                bench.run(
                        """
                        {"name": "f", "steps": {
                           "a": {"do": {"value": 1}},
                           "b": {"do": {"value": "${steps.a.nothing}"}}}}
                        """);

        assertThat(view.run().state()).isEqualTo(RunState.FAILED);
        assertThat(view.run().error())
                .isEqualTo("the step 'b' cannot begin: ${steps.a.nothing} has no value");
    }

    @Test
    void aValueOfTheWrongTypeFailsTheStep() throws Exception {
        RunView view =
                bench.run(
                        """
                        {"name": "f", "steps": {
                           "a": {"do": {"value": 1}},
                           "b": {"wait": {"for": "${steps.a.value}"}}}}
                        """);

        assertThat(view.run().error()).contains("wait.for is 1: it must be of type string");
    }

    @Test
    void aRunAsksOnlyForWhatIsWanted() throws Exception {
        String text =
                """
                {"name": "f", "steps": {
                   "a": {"do": {"value": 1}}, "b": {"do": {"value": "${steps.a.value}"}}, "c": {"do": {}},
                   "last": {"do": {}, "needs": ["b"], "finally": true},
                   "other": {"do": {}, "needs": ["c"], "finally": true}},
                 "outputs": {"b": "${steps.b.value}", "c": "${steps.c.value}"}}
                """;
        bench.start(text, Map.of(), new RunRecord.Wanted(List.of("b"), List.of()));
        RunView ofOutput = bench.awaitEnd();
        assertThat(FlowBench.states(ofOutput)).containsOnlyKeys("a", "b", "last");
        assertThat(ofOutput.run().outputs()).extracting(Node::json).isEqualTo("{\"b\": 1}");

        bench.start(text, Map.of(), new RunRecord.Wanted(List.of(), List.of("c")));
        assertThat(FlowBench.states(bench.awaitEnd())).containsOnlyKeys("c", "other");
    }

    @Test
    void inputsAreHeldToTheirTypes() throws Exception {
        String text =
                """
                {"name": "f", "inputs": {"n": {"type": "integer"}, "home": {"type": "string", "default": "x"}},
                 "steps": {"a": {"do": {"value": "${inputs.n}"}}}, "outputs": {"n": "${steps.a.value}"}}
                """;
        bench.start(text, Map.of("n", Values.text("12")), RunRecord.Wanted.ALL);
        assertThat(bench.awaitEnd().run().outputs())
                .extracting(Node::json)
                .isEqualTo("{\"n\": 12}");

        assertThatThrownBy(() -> bench.start(text)).hasMessageContaining("needs the input 'n'");
        assertThatThrownBy(() ->
                        bench.start(text, Map.of("n", Values.text("x")), RunRecord.Wanted.ALL))
                .hasMessageContaining("'n' is \"x\": its type is integer");
        assertThatThrownBy(() ->
                        bench.start(text, Map.of("hom", Values.text("x")), RunRecord.Wanted.ALL))
                .hasMessageContaining("no input 'hom'");
    }

    @Test
    void anOutputMayBeUsedAgain() throws Exception {
        String text =
                """
                {"name": "f", "inputs": {"n": {"type": "integer"}},
                 "steps": {"a": {"do": {"value": "${inputs.n}"}, "cache": "1h"}}, "outputs": {"n": "${steps.a.value}"}}
                """;
        for (int n : new int[] {1, 1, 2}) {
            bench.start(text, Map.of("n", Values.number(n)), RunRecord.Wanted.ALL);
            assertThat(bench.awaitEnd().run().outputs())
                    .extracting(Node::json)
                    .isEqualTo("{\"n\": " + n + "}");
        }

        assertThat(bench.doing.begun("a")).isEqualTo(2);
    }

    /** The other one may see what this one may not. */
    @Test
    void anOutputIsUsedAgainForItsCallerOnly() throws Exception {
        String text =
                """
                {"name": "f", "steps": {"a": {"do": {"value": 1}, "cache": "1h"}}, "outputs": {"n": "${steps.a.value}"}}
                """;
        Caller other = new Caller("other", Caller.Kind.TOKEN, "default", Set.of(Scope.FLOWS), null);

        for (Caller caller : List.of(Caller.ANYBODY, other, other)) {
            bench.start(text, Map.of(), RunRecord.Wanted.ALL, caller);
            bench.awaitEnd();
        }

        assertThat(bench.doing.begun("a")).isEqualTo(2);
    }

    @Test
    void aCancelledRunStillRunsWhatComesLast() throws Exception {
        bench.doing.action =
                (input, end) -> {
                    if (input.step().equals("last")) {
                        end.done(input.params());
                    }
                };
        String id =
                bench.start(
                        """
                        {"name": "f", "steps": {
                           "a": {"do": {}}, "b": {"do": {}, "needs": ["a"]}, "last": {"do": {}, "finally": true}}}
                        """);
        Eventually.await(() -> assertThat(bench.doing.begun("a")).isEqualTo(1));
        bench.flows.cancel(id, Caller.ANYBODY);
        RunView view = bench.awaitEnd();

        assertThat(view.run().state()).isEqualTo(RunState.CANCELLED);
        assertThat(view.run().error()).isEqualTo("cancelled by anybody");
        assertThat(FlowBench.states(view))
                .containsEntry("a", "cancelled")
                .containsEntry("b", "waiting")
                .containsEntry("last", "done");
        assertThat(bench.doing.cancelled()).containsExactly("a");
        assertThatThrownBy(() -> bench.flows.cancel(id, Caller.ANYBODY))
                .hasMessageContaining("has ended already");
    }

    @Test
    void afterAKillWhatWasDoneIsNotDoneAgain() throws Exception {
        StepEnd[] ends = new StepEnd[1];
        bench.doing.action =
                (input, end) -> {
                    if (input.step().equals("b")) {
                        later(ends, end);
                    } else {
                        end.done(input.params());
                    }
                };
        bench.doing.idempotent = true;
        String id =
                bench.start(
                        """
                        {"name": "f", "steps": {
                           "a": {"do": {"value": 1}}, "b": {"do": {"value": "${steps.a.value}"}}, "c": {"do": {}, "needs": ["b"]}}}
                        """);
        Eventually.await(() -> assertThat(bench.doing.begun("b")).isEqualTo(1));
        bench.doing.action = (input, end) -> end.done(input.params());
        bench.kill();
        RunView view = bench.awaitEnd();

        assertThat(view.run().id()).isEqualTo(id);
        assertThat(view.run().state()).isEqualTo(RunState.DONE);
        assertThat(bench.doing.begun)
                .containsEntry("a", 1)
                .containsEntry("b", 2)
                .containsEntry("c", 1);
        assertThat(view.steps().get(1).attempt()).isEqualTo(1);
    }

    @Test
    void afterAKillAStepThatMayNotBeDoneTwiceAsks() throws Exception {
        String id = startAndKillInB();
        assertThat(bench.view(id).unknown()).containsExactly("b");
        assertThat(bench.view(id).run().error()).contains("culvert flow resume " + id);
        Caller other = new Caller("other", Caller.Kind.TOKEN, null, Set.of(Scope.FLOWS), null);
        assertThatThrownBy(() -> bench.flows.resume(id, other, "b", null))
                .hasMessageContaining("goes on with the rights of anybody");
        assertThatThrownBy(() -> bench.flows.resume(id, Caller.ANYBODY, "a", null))
                .hasMessageContaining("asks about b");

        bench.kill(); // it asks again
        Eventually.await(
                () -> assertThat(bench.view(id).run().state()).isEqualTo(RunState.UNKNOWN));
        bench.flows.resume(
                id, Caller.ANYBODY, "b", Values.members(Map.of("value", Values.number(9))));
        RunView view = bench.awaitEnd();

        assertThat(view.run().state()).isEqualTo(RunState.DONE);
        assertThat(view.run().outputs()).extracting(Node::json).isEqualTo("{\"b\": 9}");
        assertThat(bench.doing.begun("b")).isEqualTo(1);
    }

    @Test
    void aStepThatSomebodyWantsAgainIsDoneAgain() throws Exception {
        String id = startAndKillInB();
        bench.flows.resume(id, Caller.ANYBODY, "b", null);
        RunView view = bench.awaitEnd();

        assertThat(view.run().state()).isEqualTo(RunState.DONE);
        assertThat(bench.doing.begun("b")).isEqualTo(2);
        assertThat(bench.doing.begun("c")).isEqualTo(1);
    }

    private String startAndKillInB() throws Exception {
        bench.doing.action =
                (input, end) -> {
                    if (!input.step().equals("b")) {
                        end.done(input.params());
                    }
                };
        String id =
                bench.start(
                        """
                        {"name": "f", "steps": {
                           "a": {"do": {"value": 1}}, "b": {"do": {"value": "${steps.a.value}"}}, "c": {"do": {}, "needs": ["b"]}},
                         "outputs": {"b": "${steps.b.value}"}}
                        """);
        Eventually.await(() -> assertThat(bench.doing.begun("b")).isEqualTo(1));
        bench.doing.action = (input, end) -> end.done(input.params());
        bench.kill();
        Eventually.await(
                () -> assertThat(bench.view(id).run().state()).isEqualTo(RunState.UNKNOWN));
        return id;
    }

    @Test
    void afterAKillOnlyTheItemsAreAskedAboutThatRan() throws Exception {
        bench.doing.action =
                (input, end) -> {
                    if (!input.step().equals("a[1]")) {
                        end.done(input.params());
                    }
                };
        String id =
                bench.start(
                        """
                        {"name": "f", "steps": {
                           "a": {"do": {"value": "${each.item}"}, "each": {"items": [5, 6, 7], "parallel": 1}}},
                         "outputs": {"all": "${steps.a}"}}
                        """);
        Eventually.await(() -> assertThat(bench.doing.begun("a[1]")).isEqualTo(1));
        bench.doing.action = (input, end) -> end.done(input.params());
        bench.kill();
        Eventually.await(
                () -> assertThat(bench.view(id).run().state()).isEqualTo(RunState.UNKNOWN));
        assertThat(bench.view(id).unknown()).containsExactly("a[1]");
        bench.flows.resume(id, Caller.ANYBODY, "a[1]", null);
        RunView view = bench.awaitEnd();

        assertThat(view.run().outputs())
                .extracting(Node::json)
                .isEqualTo("{\"all\": [{\"value\": 5}, {\"value\": 6}, {\"value\": 7}]}");
        assertThat(bench.doing.begun)
                .containsEntry("a[0]", 1)
                .containsEntry("a[1]", 2)
                .containsEntry("a[2]", 1);
    }

    @Test
    void noMoreRunThanTheSettingsAllow() throws Exception {
        bench.doing.action = (_, _) -> {};
        String text = "{\"name\": \"f\", \"steps\": {\"a\": {\"do\": {}}}}";
        for (int i = 0; i < FlowBench.SETTINGS.maxRuns(); i++) {
            bench.start(text);
        }

        assertThatThrownBy(() -> bench.start(text)).hasMessageContaining("flows.max_runs");
    }

    @Test
    void anOutputThatIsTooLargeFailsTheStep() throws Exception {
        String large = "x".repeat(FlowBench.SETTINGS.maxOutputBytes());
        bench.doing.action = (_, end) -> end.done(Values.members(Map.of("x", Values.text(large))));
        RunView view = bench.run("{\"name\": \"f\", \"steps\": {\"a\": {\"do\": {}}}}");

        assertThat(view.run().error()).contains("was done, but", "flows.max_output_bytes");
    }
}
