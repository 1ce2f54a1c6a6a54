package dev.culvert.daemon.client.workspace;

import dev.culvert.infra.DesiredState;
import dev.culvert.infra.DesiredState.Written;
import dev.culvert.infra.Guest;
import dev.culvert.infra.GuestId;
import dev.culvert.infra.GuestWriter;
import dev.culvert.io.Quoted;
import dev.culvert.value.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Checks that guests are as a workspace wants them, as a flow that the daemon runs. */
public final class GuestChecks {
    private static final String GUESTS = "guests";
    private static final String SERVERS = "servers";
    private static final int PARALLEL = 4;

    private final Workspace workspace;
    private final List<Guest> guests;
    private final List<String> urls;

    /**
     * @param urls that must be reachable from the daemon
     */
    public GuestChecks(Workspace workspace, DesiredState desired, List<String> urls) {
        this.workspace = workspace;
        guests =
                desired.guests().stream()
                        .map(Written::guest)
                        .filter(it -> it.wishes().start().isPresent())
                        .toList();
        this.urls = List.copyOf(urls);
    }

    /** One that was made. */
    public record Outcome(String name, boolean passed, String why) {
        public Value value() {
            return Value.members("check", name, "passed", passed, "why", why);
        }
    }

    /** Whether there is anything to check. */
    public boolean isEmpty() {
        return guests.isEmpty() && urls.isEmpty();
    }

    /** The flow, as its file would have it. */
    public Value flow() {
        Map<String, Value> steps = new LinkedHashMap<>();
        if (!guests.isEmpty()) {
            List<String> names = guests.stream().map(Guest::name).distinct().toList();
            steps.put(
                    GUESTS,
                    Value.members(
                            "each",
                            Value.members("items", GuestWriter.texts(names), "parallel", PARALLEL),
                            "tool",
                            Value.members(
                                    "operation",
                                    "inventory.guests",
                                    "arguments",
                                    Value.members("name", "${each.item}"))));
        }
        if (!urls.isEmpty()) {
            steps.put(
                    SERVERS,
                    Value.members(
                            "check",
                            Value.members("urls", GuestWriter.texts(urls), "must", false)));
        }
        return Value.members("name", "checks", "steps", new Value.Members(steps));
    }

    /**
     * What came of them.
     *
     * @param run of the flow, when it has ended
     */
    public List<Outcome> outcomes(Value run) {
        Map<String, Value> steps = new LinkedHashMap<>();
        run.at("steps").list().forEach(it -> steps.put(it.text("step"), it));
        List<Outcome> outcomes = new ArrayList<>();
        Map<GuestId, Value> rows = new LinkedHashMap<>();
        Value asked = steps.getOrDefault(GUESTS, Value.nothing());
        asked.at("output")
                .list()
                .forEach(answer ->
                        answer.at(GUESTS)
                                .list()
                                .forEach(it ->
                                        rows.put(
                                                new GuestId(
                                                        it.text("server"),
                                                        (int) it.number(0, "vmid")),
                                                it)));
        for (Guest guest : guests) {
            Value row = rows.getOrDefault(guest.id(), Value.nothing());
            outcomes.add(runs(guest, row, asked));
            guest.wishes().cid().ifPresent(_ -> outcomes.add(agent(guest, row)));
        }
        Value checked = steps.getOrDefault(SERVERS, Value.nothing());
        List<Value> checks = checked.at("output", "checks").list();
        for (int i = 0; i < urls.size(); i++) {
            Value check = i < checks.size() ? checks.get(i) : Value.nothing();
            boolean passed = check.text("verdict").equals("reachable");
            String why = check.isNothing() ? checked.text("error") : check.text("sentence");
            outcomes.add(
                    new Outcome(
                            urls.get(i) + " is reachable",
                            passed,
                            passed ? "" : Quoted.sentence(why)));
        }
        return outcomes;
    }

    private static Outcome runs(Guest guest, Value row, Value asked) {
        boolean wanted = guest.wishes().start().orElse(true);
        String state = row.text("state");
        boolean passed = !row.isNothing() && state.equals("running") == wanted;
        String why =
                row.isNothing()
                        ? "it is not there"
                                + (asked.text("error").isEmpty()
                                        ? ""
                                        : ": " + Quoted.sentence(asked.text("error")))
                        : "it is " + Quoted.word(state);
        return new Outcome(
                guest.name() + (wanted ? " runs" : " is stopped"), passed, passed ? "" : why);
    }

    private static Outcome agent(Guest guest, Value row) {
        String state = row.text("agent_state");
        boolean passed = state.equals("ready");
        return new Outcome(
                guest.name() + " is an agent that is ready",
                passed,
                passed
                        ? ""
                        : state.isEmpty()
                                ? "it is no agent"
                                : "the agent is " + Quoted.word(state));
    }

    /** As JUnit's XML, which pipelines read. */
    public String junit(List<Outcome> outcomes) {
        long failures = outcomes.stream().filter(it -> !it.passed()).count();
        String suite = xml(workspace.file().name());
        StringBuilder text = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        text.append(
                "<testsuite name=\"%s\" tests=\"%d\" failures=\"%d\">%n"
                        .formatted(suite, outcomes.size(), failures));
        for (Outcome each : outcomes) {
            text.append(
                    "  <testcase classname=\"%s\" name=\"%s\"".formatted(suite, xml(each.name())));
            text.append(
                    each.passed()
                            ? "/>\n"
                            : "><failure message=\"%s\"/></testcase>%n".formatted(xml(each.why())));
        }
        return text.append("</testsuite>\n").toString();
    }

    private static String xml(String text) {
        return Quoted.sentence(text)
                .replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
