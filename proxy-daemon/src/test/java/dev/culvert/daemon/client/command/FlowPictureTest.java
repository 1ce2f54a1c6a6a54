package dev.culvert.daemon.client.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.value.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class FlowPictureTest {
    private static final int ANY = Integer.MAX_VALUE;

    /** A step and, after a colon, what it needs. */
    private static Value step(String text, Object... more) {
        String[] parts = text.split(":", -1);
        List<Value> needs =
                parts.length == 1 || parts[1].isEmpty()
                        ? List.of()
                        : Arrays.stream(parts[1].split(",", -1)).map(Value::of).toList();
        List<Object> members =
                new ArrayList<>(
                        List.of("step", parts[0], "kind", "wait", "needs", Value.of(needs)));
        members.addAll(List.of(more));
        return Value.members(members.toArray());
    }

    private static List<Value> steps(String... texts) {
        return Arrays.stream(texts).map(FlowPictureTest::step).toList();
    }

    @Test
    void linesLeadFromEachStepToThoseThatNeedIt() {
        assertThat(
                        FlowPicture.draw(
                                steps("build:", "test:build", "lint:build", "send:test,lint"), ANY))
                .containsExactly(
                        "o   build  wait",
                        "+-+",
                        "| o test   wait",
                        "| |",
                        "o | lint   wait",
                        "+-+",
                        "o   send   wait");
    }

    @Test
    void aLinePassesStepsThatItDoesNotConcern() {
        assertThat(FlowPicture.draw(steps("a:", "b:", "c:b", "d:a,c"), ANY))
                .containsExactly(
                        "o   a  wait", "| o b  wait", "| |", "| o c  wait", "+-+", "o   d  wait");
    }

    @Test
    void whatRunsLastIsBelowAllOthers() {
        List<Value> all =
                List.of(step("tidy:", "finally", true), step("a:"), step("b:a", "each", true));

        assertThat(FlowPicture.draw(all, ANY))
                .containsExactly("o a     wait", "|", "o b     wait each", "o tidy  wait finally");
    }

    @Test
    void theStepsOfARunHaveTheirStatesAndTimes() {
        String from = "2026-11-30T12:00:00.000Z";
        List<Value> all =
                List.of(
                        step(
                                "a:",
                                "state",
                                "done",
                                "attempt",
                                1,
                                "started",
                                from,
                                "ended",
                                "2026-11-30T12:00:01.500Z"),
                        step(
                                "b:a",
                                "state",
                                "failed",
                                "attempt",
                                3,
                                "started",
                                from,
                                "ended",
                                "2026-11-30T12:00:00.020Z",
                                "error",
                                "no\u001b[31m such host"),
                        step("c:b", "state", "not_run", "attempt", 0));

        List<String> lines = FlowPicture.draw(all, ANY);

        assertThat(lines.getFirst()).isEqualTo("* a  wait: done, 1500 ms");
        assertThat(lines.get(2))
                .startsWith("! b  wait: failed, 20 ms, attempt 3: no")
                .doesNotContain("\u001b");
        assertThat(lines.getLast()).isEqualTo("- c  wait: not run");
    }

    @Test
    void noLineIsWiderThanTheTerminal() {
        List<Value> all =
                List.of(
                        step("a-step-with-a-rather-long-name:"),
                        step(
                                "b:a-step-with-a-rather-long-name",
                                "state",
                                "failed",
                                "error",
                                "x".repeat(300)));

        for (int width : new int[] {1, 20, 40, 80}) {
            assertThat(FlowPicture.draw(all, width))
                    .allMatch(it -> it.length() <= Math.max(20, width));
        }
    }

    @Test
    void aFlowThatNeedsTooManyColumnsIsAList() {
        List<Value> all = new ArrayList<>();
        StringBuilder needs = new StringBuilder();
        for (int i = 0; i < 60; i++) {
            all.add(step("s" + i + ":"));
            needs.append(i == 0 ? "" : ",").append("s").append(i);
        }
        all.add(step("end:" + needs));

        List<String> lines = FlowPicture.draw(all, 200);

        assertThat(lines).hasSize(61);
        assertThat(lines.getFirst()).isEqualTo("o s0   wait");
        assertThat(lines.getLast()).startsWith("o end  wait <- s0, s1, s2");
    }

    @Test
    void aHundredStepsInRowsStayNarrow() {
        List<Value> all = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            all.add(step("s" + i + ":" + (i < 5 ? "" : "s" + (i - 5))));
        }

        assertThat(FlowPicture.draw(all, 60))
                .hasSize(195)
                .allMatch(it -> it.length() < 30)
                .filteredOn(it -> it.contains("wait"))
                .hasSize(100);
    }
}
