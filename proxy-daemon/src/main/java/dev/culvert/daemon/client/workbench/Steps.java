package dev.culvert.daemon.client.workbench;

import dev.culvert.daemon.client.UsageException;
import dev.culvert.daemon.client.console.Effect;
import dev.culvert.value.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The verbs that a call of a tool runs. */
final class Steps {
    /** Of lists that have no end. */
    private static final int MOST_LISTED = 500;

    private static final int USUAL_LISTED = 50;
    private static final String WHAT = "what";
    private static final String NAME = "name";
    private static final String STATE = "state";
    private static final String NODE = "node";
    private static final String SERVER = "server";

    /** A report whose result is data, and no page. */
    static final String COMPLIANCE = "compliance";

    private Steps() {}

    static List<Step> status() {
        return List.of(Step.read("health", "health"), Step.read("daemon", "status"));
    }

    /** What a call of {@code find} asks for. */
    record Search(String what, List<Step> steps, String text, int limit) {
        static final String DESIRED = "desired";

        private static final List<String> KINDS =
                List.of(
                        "guests",
                        "vms",
                        "containers",
                        "nodes",
                        "storages",
                        "servers",
                        "tasks",
                        "history",
                        "agents",
                        "turns",
                        "flows",
                        "runs",
                        "changes",
                        "approvals",
                        DESIRED);

        static Search of(Value arguments) throws UsageException {
            Given given = new Given(arguments, List.of(WHAT, "text", SERVER, NODE, STATE, "limit"));
            String what = given.oneOf(WHAT, KINDS);
            String limit = given.text("limit");
            if (!limit.matches("([1-9][0-9]{0,2})?")) {
                throw new UsageException("'limit' must be from 1 to %d".formatted(MOST_LISTED));
            }
            return new Search(
                    what,
                    steps(what, given),
                    given.text("text"),
                    limit.isEmpty()
                            ? USUAL_LISTED
                            : Math.min(MOST_LISTED, Integer.parseInt(limit)));
        }

        private static List<Step> steps(String what, Given given) throws UsageException {
            return switch (what) {
                case "guests" -> List.of(guests("vm", given), guests("ct", given));
                case "vms" -> List.of(guests("vm", given));
                case "containers" -> List.of(guests("ct", given));
                case "nodes" -> List.of(list(given, List.of(SERVER), "inventory", "nodes"));
                case "storages" ->
                        List.of(list(given, List.of(SERVER, NODE), "inventory", "storages"));
                case "servers" -> List.of(list(given, List.of(), "inventory", "servers"));
                case "tasks" ->
                        List.of(list(given, List.of(SERVER, NODE, STATE), "inventory", "tasks"));
                case "history" -> List.of(list(given, List.of(), "inventory", "history"));
                case "agents" -> List.of(list(given, List.of(STATE), "agents", "list"));
                case "turns" -> List.of(list(given, List.of(), "turns", "list"));
                case "flows" -> List.of(list(given, List.of(), "flow", "files"));
                case "runs" -> List.of(list(given, List.of(STATE), "flow", "list"));
                case "changes" -> List.of(list(given, List.of(), "op"));
                case "approvals" -> List.of(list(given, List.of(), "approvals", "list"));
                default -> List.of();
            };
        }

        private static Step guests(String kind, Given given) throws UsageException {
            return list(given, List.of(SERVER, NODE, STATE), kind, "list");
        }

        private static Step list(Given given, List<String> taken, String... verb)
                throws UsageException {
            List<String> words = new ArrayList<>(List.of(verb));
            for (String name : List.of(SERVER, NODE, STATE)) {
                if (!given.has(name)) {
                    continue;
                }
                if (!taken.contains(name)) {
                    throw new UsageException(
                            "'%s' does not narrow this list: use 'text'".formatted(name));
                }
                words.add("--%s=%s".formatted(name, given.text(name)));
            }
            return new Step("", Effect.READ, words);
        }
    }

    /** For {@code read}, of what is no file of the workspace. */
    static Step read(String what, String name) {
        return switch (what) {
            case "vm" -> Step.read("", "vm", "show", name);
            case "container" -> Step.read("", "ct", "show", name);
            case "agent" -> Step.read("", "agents", "show", name);
            case "turn" -> Step.read("", "turns", "show", name);
            case "run" -> Step.read("", "flow", "show", name);
            case "change" -> Step.read("", "op", name);
            case "task" -> Step.read("", "task", "show", name);
            default -> Step.read("", "approvals", "show", name);
        };
    }

    /** Writes the desired state of a new guest. */
    static Step create(Value arguments, Place place) throws UsageException {
        Given given =
                new Given(
                        arguments,
                        List.of(
                                "kind",
                                NAME,
                                SERVER,
                                NODE,
                                "vmid",
                                "cpus",
                                "memory",
                                "disks",
                                "nets",
                                "clone",
                                "template",
                                "tags",
                                "needs",
                                "start",
                                "on_boot",
                                "agent"));
        List<String> words = new ArrayList<>();
        words.add("create");
        words.add(given.oneOf("kind", List.of("vm", "ct")));
        words.add("--name=" + given.word(NAME));
        for (String flag : List.of(SERVER, NODE, "vmid", "cpus", "memory", "clone", "template")) {
            if (given.has(flag)) {
                words.add("--%s=%s".formatted(flag, given.text(flag)));
            }
        }
        for (String flag : List.of("disk", "net", "tag")) {
            for (String each : given.texts(flag + "s")) {
                words.add("--%s=%s".formatted(flag, each));
            }
        }
        for (String each : given.texts("needs")) {
            words.add("--needs=" + each);
        }
        if (given.has("start")) {
            words.add(given.isTrue("start") ? "--start" : "--no-start");
        }
        if (given.isTrue("on_boot")) {
            words.add("--on-boot");
        }
        if (given.isTrue("agent")) {
            words.add("--agent");
        }
        words.add(place.flag());
        return new Step("", Effect.LOCAL, words);
    }

    static Step plan(String engine, Place place) {
        return new Step("", Effect.LOCAL, List.of("plan", "--engine=" + engine, place.flag()));
    }

    /** Somebody has agreed. */
    static Step apply(String digest, Place place) {
        return new Step("", Effect.DESTROY, List.of("apply", digest, "--yes", place.flag()));
    }

    static Step flow(Value arguments) throws UsageException {
        Given given = new Given(arguments, List.of("flow", "inputs", "wait"));
        String flow = given.word("flow");
        if (flow.contains("/") || flow.contains(".")) {
            throw new UsageException(
                    "'flow' is the name of a flow in the daemon's folder, and no file: find flows"
                            + " lists them");
        }
        List<String> words = new ArrayList<>(List.of("flow", "run", flow));
        for (String input : given.pairs("inputs")) {
            words.add("--input=" + input);
        }
        if (given.isTrue("wait")) {
            words.add("--wait");
        }
        return new Step("", Effect.CHANGE, words);
    }

    static Step check(Value arguments, Optional<Place> place) throws UsageException {
        Given given = new Given(arguments, List.of(WHAT, "urls", "through"));
        List<String> all = List.of("desired", "drift", "reach", "guests");
        String what =
                !given.has(WHAT) && (given.has("urls") || place.isEmpty())
                        ? "reach"
                        : given.oneOf(WHAT, all);
        if (given.has("through") && !what.equals("reach")) {
            throw new UsageException("'through' is for what: reach");
        }
        List<String> words = new ArrayList<>();
        if (what.equals("reach")) {
            words.add("check");
            if (given.has("through")) {
                words.add("--through=" + given.text("through"));
            }
            words.addAll(given.words("urls"));
            return new Step("", Effect.READ, words);
        }
        if (given.has("urls") && !what.equals("guests")) {
            throw new UsageException("'urls' are for what: reach, and what: guests");
        }
        String flag =
                place.map(Place::flag)
                        .orElseThrow(() ->
                                new UsageException(
                                        "what: %s needs a workspace, and this is in none: culvert"
                                                        .formatted(what)
                                                + " init makes one"));
        switch (what) {
            case "desired" -> words.add("validate");
            case "drift" -> words.add("diff");
            default -> {
                words.add("test");
                for (String url : given.texts("urls")) {
                    words.add("--reach=" + url);
                }
            }
        }
        words.add(flag);
        return new Step("", what.equals("guests") ? Effect.CHANGE : Effect.READ, words);
    }

    static List<Step> diagnose(Value arguments) throws UsageException {
        Given given = new Given(arguments, List.of("agent"));
        if (!given.has("agent")) {
            return List.of(
                    Step.read("daemon", "diagnose"),
                    Step.read("here", "doctor"),
                    Step.read("health", "health"));
        }
        String agent = given.word("agent");
        return List.of(
                Step.read("agent", "agents", "show", agent),
                Step.read("machine", "diagnose", agent));
    }

    static Step report(Value arguments, Optional<Place> place) throws UsageException {
        Given given = new Given(arguments, List.of(WHAT));
        List<String> all = List.of("infrastructure", COMPLIANCE);
        String what = place.isPresent() || given.has(WHAT) ? given.oneOf(WHAT, all) : COMPLIANCE;
        List<String> words =
                new ArrayList<>(
                        what.equals(COMPLIANCE)
                                ? List.of("report", COMPLIANCE)
                                : List.of("document"));
        if (place.isEmpty() && !what.equals(COMPLIANCE)) {
            throw new UsageException(Workbench.OUTSIDE);
        }
        place.map(Place::flag).ifPresent(words::add);
        return new Step(what, Effect.READ, words);
    }
}
