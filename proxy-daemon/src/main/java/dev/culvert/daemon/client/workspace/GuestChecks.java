package dev.culvert.daemon.client.workspace;

import dev.culvert.infra.DesiredState;
import dev.culvert.infra.DesiredState.Written;
import dev.culvert.infra.Guest;
import dev.culvert.infra.GuestId;
import dev.culvert.infra.GuestWriter;
import dev.culvert.infra.Reality;
import dev.culvert.io.Quoted;
import dev.culvert.value.Value;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Checks that guests are as a workspace wants them, as a flow that the daemon runs. */
public final class GuestChecks {
    private static final String GUESTS = "guests";
    private static final String SERVERS = "servers";
    private static final String PING = "ping-";
    private static final int PARALLEL = 4;

    /**
     * How many steps ask agents: a flow has 200 of all kinds unless flows.max_steps allows more.
     */
    private static final int MOST_PINGS = 150;

    private final Workspace workspace;
    private final List<Guest> guests;
    private final List<String> urls;

    /** The agents of guests that have a CID. */
    private final Map<GuestId, String> agents = new LinkedHashMap<>();

    private final Duration ping;

    /**
     * @param reality says which agent is in which guest; one that it does not know is called as its
     *     guest is
     * @param urls that must be reachable from the daemon
     * @param ping how long the way to an agent and back may take
     */
    public GuestChecks(Workspace workspace, Reality reality, List<String> urls, Duration ping)
            throws IOException {
        this.workspace = workspace;
        this.ping = ping;
        DesiredState desired = workspace.desired();
        guests =
                desired.guests().stream()
                        .map(Written::guest)
                        .filter(it -> it.wishes().start().isPresent())
                        .toList();
        this.urls = List.copyOf(urls);
        List<Guest> withAgents =
                guests.stream()
                        .filter(it -> it.wishes().start().orElse(false))
                        .filter(it -> it.wishes().cid().isPresent())
                        .toList();
        Map<String, String> known = new LinkedHashMap<>();
        for (Value each : withAgents.isEmpty() ? List.<Value>of() : reality.all()) {
            known.put(each.text("server") + "/" + each.text("vmid"), each.text("agent"));
        }
        for (Guest each : withAgents) {
            String agent = known.getOrDefault(each.id().toString(), "");
            agents.put(each.id(), agent.isEmpty() ? each.name() : agent);
        }
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
        List<String> asked = List.copyOf(agents.values());
        for (int i = 0; i * inOneStep() < asked.size(); i++) {
            steps.put(PING + i, ping(i, asked));
        }
        return Value.members("name", "checks", "steps", new Value.Members(steps));
    }

    private int inOneStep() {
        return Math.max(1, Math.ceilDiv(agents.size(), MOST_PINGS));
    }

    /** A step whose failure stops no other; the next one in its row of steps comes after it. */
    private Value ping(int index, List<String> asked) {
        int from = index * inOneStep();
        List<String> some = asked.subList(from, Math.min(asked.size(), from + inOneStep()));
        List<Value> after =
                index < PARALLEL ? List.of() : List.of(Value.of(PING + (index - PARALLEL)));
        return Value.members(
                "each",
                Value.members("items", GuestWriter.texts(some), "parallel", 1),
                "tool",
                Value.members(
                        "operation", "ping", "arguments", Value.members("id", "${each.item}")),
                "needs",
                Value.of(after),
                "finally",
                true);
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
            if (agents.containsKey(guest.id())) {
                outcomes.addAll(agent(guest, row, steps));
            }
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

    private List<Outcome> agent(Guest guest, Value row, Map<String, Value> steps) {
        int index = List.copyOf(agents.keySet()).indexOf(guest.id());
        Value step = steps.getOrDefault(PING + index / inOneStep(), Value.nothing());
        List<Value> answers = step.at("output").list();
        Value answer = answers.isEmpty() ? Value.nothing() : answers.get(index % inOneStep());
        String error = Quoted.sentence(step.text("error"));
        String state = row.text("agent_state");
        boolean isReady = state.isEmpty() ? !answer.isNothing() : state.equals("ready");
        long micros =
                answer.number(0, "round_trip_us")
                        - answer.number(0, "guest_us")
                        - answer.number(0, "runtime_us");
        boolean isQuick = !answer.isNothing() && micros <= ping.toNanos() / 1_000;
        return List.of(
                new Outcome(
                        guest.name() + " is an agent that is ready",
                        isReady,
                        isReady
                                ? ""
                                : state.isEmpty()
                                        ? "it is no agent: " + error
                                        : "the agent is " + Quoted.word(state)),
                new Outcome(
                        "%s answers within %d ms".formatted(guest.name(), ping.toMillis()),
                        isQuick,
                        isQuick
                                ? ""
                                : answer.isNothing()
                                        ? error
                                        : "it took %.1f ms".formatted(micros / 1_000.0)));
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
