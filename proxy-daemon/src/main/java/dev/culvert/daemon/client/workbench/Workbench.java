package dev.culvert.daemon.client.workbench;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.UsageException;
import dev.culvert.daemon.client.console.Effect;
import dev.culvert.daemon.client.console.Mode;
import dev.culvert.io.Quoted;
import dev.culvert.value.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Runs the tools. What is above the mode is neither offered nor run. Nobody is asked here: who
 * offers {@code apply} asks before. Safe for all threads.
 */
public final class Workbench {
    /** What is longer is cut. */
    static final int MOST_CHARS = 16 * 1024;

    /** So that a model cannot have applied what it guessed. */
    private static final int LEAST_DIGITS = 12;

    static final String OUTSIDE =
            "this tool works in a workspace, and this is in none: culvert init makes one";

    private final VerbRunner verbs;
    private final Optional<Place> place;
    private final Supplier<Mode> mode;

    /** One plan is made or applied at a time. */
    private final ReentrantLock planning = new ReentrantLock();

    /** Works in a workspace, where there is one. */
    public Workbench(VerbRunner verbs, Optional<Place> place, Supplier<Mode> mode) {
        this.verbs = verbs;
        this.place = place;
        this.mode = mode;
    }

    public Optional<Place> place() {
        return place;
    }

    public Mode mode() {
        return mode.get();
    }

    /** Those that the mode allows, and that work here. */
    public List<Tool> offered() {
        return Stream.of(Tool.values()).filter(this::isOffered).toList();
    }

    public boolean isOffered(Tool tool) {
        return mode.get().allows(tool.effect()) && (place.isPresent() || !tool.needsWorkspace());
    }

    /**
     * Runs one; blocks until it is done.
     *
     * @param arguments an object
     * @param progress is told each line of what goes on
     */
    public Outcome run(Tool tool, Value arguments, Consumer<String> progress) {
        try {
            if (tool.needsWorkspace() && place.isEmpty()) {
                throw new UsageException(OUTSIDE);
            }
            check(tool.effect());
            return ran(tool, arguments, progress);
        } catch (IOException e) {
            return Outcome.failed(Quoted.page(String.valueOf(e.getMessage())));
        }
    }

    private Outcome ran(Tool tool, Value arguments, Consumer<String> progress) throws IOException {
        return switch (tool) {
            case STATUS -> status(arguments);
            case FIND -> find(Steps.Search.of(arguments));
            case READ -> read(arguments);
            case PLAN -> plan(arguments, progress);
            case APPLY -> apply(arguments, progress);
            case RUN_FLOW -> one(Steps.flow(arguments), progress);
            case CHECK -> one(Steps.check(arguments, place), progress);
            case DIAGNOSE -> all(new LinkedHashMap<>(), Steps.diagnose(arguments));
            case REPORT -> report(Steps.report(arguments, place));
        };
    }

    private void check(Effect effect) throws UsageException {
        Mode now = mode.get();
        if (!now.allows(effect)) {
            throw new UsageException(
                    "this is above the mode %s, which allows %s; the user changes it (culvert mcp mode %s, or Shift+Tab in the console)"
                            .formatted(now.label(), now.what(), Mode.of(effect).label()));
        }
    }

    private VerbRunner.Ran run(Step step, boolean asData, Consumer<String> progress)
            throws UsageException {
        check(step.effect());
        List<String> words = new ArrayList<>(step.words());
        if (asData) {
            words.add("--output=json");
        }
        return verbs.run(words, progress);
    }

    private VerbRunner.Ran data(Step step) {
        try {
            return run(step, true, _ -> {});
        } catch (UsageException e) {
            return new VerbRunner.Ran(
                    ExitCode.USAGE, Value.nothing(), "", String.valueOf(e.getMessage()));
        }
    }

    /* With 1, a verb may also say that what it found is not right. */
    private static boolean hasFailed(VerbRunner.Ran ran) {
        return ran.code() != ExitCode.OK
                && (ran.code() != ExitCode.FAILED || ran.result().isNothing());
    }

    private static String why(VerbRunner.Ran ran) {
        String said = ran.said().strip().replaceFirst("^culvert: ", "");
        return said.isEmpty() ? "it failed with the exit code " + ran.code() : said;
    }

    private Outcome one(Step step, Consumer<String> progress) throws UsageException {
        VerbRunner.Ran ran = run(step, true, progress);
        return hasFailed(ran)
                ? Outcome.failed(cut(why(ran)))
                : new Outcome(true, cut(ran.result().prettyJson()));
    }

    private Outcome all(Map<String, Value> members, List<Step> steps) {
        boolean ok = fill(members, steps);
        return new Outcome(ok, cut(new Value.Members(members).prettyJson()));
    }

    /** Returns whether any of them has worked. */
    private boolean fill(Map<String, Value> members, List<Step> steps) {
        boolean ok = false;
        for (Step step : steps) {
            VerbRunner.Ran ran = data(step);
            boolean failed = hasFailed(ran);
            ok |= !failed;
            members.put(step.name(), failed ? Value.members("error", why(ran)) : ran.result());
        }
        return ok;
    }

    /** All of it, as JSON. */
    public String whole(Overview view) throws IOException {
        Map<String, Value> members = new LinkedHashMap<>();
        if (view == Overview.WORKSPACE && place.isPresent()) {
            members.putAll(workspace(place.get()).map());
            members.put("guests", Value.of(List.copyOf(Wishes.all(place.get()).values())));
        }
        fill(members, view.steps());
        return new Value.Members(members).prettyJson();
    }

    private Outcome status(Value arguments) throws IOException {
        new Given(arguments, List.of());
        Map<String, Value> members = new LinkedHashMap<>();
        if (place.isPresent()) {
            members.put("workspace", workspace(place.get()));
        } else {
            members.put("mode", Value.of(mode.get().label()));
        }
        return all(members, Steps.status());
    }

    private Value workspace(Place here) throws IOException {
        return Value.members(
                "name",
                here.name(),
                "folder",
                here.root().toString(),
                "mode",
                mode.get().label(),
                "last_plan",
                new Memory(here).plan(),
                "guests",
                Wishes.all(here).size());
    }

    private Outcome find(Steps.Search search) throws IOException {
        List<Value> found = new ArrayList<>();
        if (search.what().equals(Steps.Search.DESIRED)) {
            found.addAll(Wishes.all(place.orElseThrow(() -> new UsageException(OUTSIDE))).values());
        }
        for (Step step : search.steps()) {
            VerbRunner.Ran ran = run(step, true, _ -> {});
            if (hasFailed(ran)) {
                return Outcome.failed(cut(why(ran)));
            }
            found.addAll(ran.result().list());
        }
        String wanted = search.text().toLowerCase(Locale.ROOT);
        List<String> lines =
                found.stream()
                        .map(Value::json)
                        .filter(it -> it.toLowerCase(Locale.ROOT).contains(wanted))
                        .toList();
        return new Outcome(true, listed(lines, search.limit()));
    }

    private static String listed(List<String> lines, int limit) {
        if (lines.isEmpty()) {
            return "There is none.";
        }
        StringBuilder text = new StringBuilder();
        int shown = 0;
        while (shown < Math.min(limit, lines.size())
                && text.length() + lines.get(shown).length() < MOST_CHARS) {
            text.append(lines.get(shown)).append('\n');
            shown++;
        }
        if (shown < lines.size()) {
            text.append(
                    "%d of %d are shown: narrow them with 'text', or raise 'limit'."
                            .formatted(shown, lines.size()));
        }
        return text.toString();
    }

    private Outcome read(Value arguments) throws IOException {
        Given given = new Given(arguments, List.of("what", "name"));
        if (!given.has("what")) {
            throw new UsageException("'what' is missing");
        }
        String what =
                given.oneOf(
                        "what",
                        List.of(
                                "vm",
                                "container",
                                "agent",
                                "turn",
                                "run",
                                "change",
                                "task",
                                "approval",
                                "desired",
                                "plan"));
        String name = given.word("name");
        return switch (what) {
            case "desired" -> {
                Path file = Wishes.file(place.orElseThrow(() -> new UsageException(OUTSIDE)), name);
                if (!Files.exists(file)) {
                    throw new UsageException(
                            "the workspace wants no guest '%s': find desired lists them"
                                    .formatted(Quoted.word(name)));
                }
                yield new Outcome(true, cut(Files.readString(file)));
            }
            case "plan" ->
                    new Outcome(
                            true,
                            picture(place.orElseThrow(() -> new UsageException(OUTSIDE)), name));
            default -> one(Steps.read(what, name), _ -> {});
        };
    }

    private Outcome report(Step step) throws UsageException {
        if (step.name().equals(Steps.COMPLIANCE)) {
            return one(step, _ -> {});
        }
        VerbRunner.Ran ran = run(step, false, _ -> {});
        return ran.code() == ExitCode.OK
                ? new Outcome(true, cut(ran.printed()))
                : Outcome.failed(cut(why(ran)));
    }

    private Outcome plan(Value arguments, Consumer<String> progress) throws IOException {
        Place here = place.orElseThrow();
        Given given = new Given(arguments, List.of("create", "change", "forget", "engine"));
        String engine = given.oneOf("engine", List.of("api", "terraform", "tofu"));
        planning.lock();
        try {
            new Wishes(here, this::data).take(arguments);
            VerbRunner.Ran ran = run(Steps.plan(engine, here), false, progress);
            if (ran.code() != ExitCode.OK) {
                return Outcome.failed(cut(why(ran)));
            }
            new Memory(here).plan(ran.result().text("digest"));
            return new Outcome(true, cut(ran.printed()));
        } finally {
            planning.unlock();
        }
    }

    /**
     * What {@code apply} would do, for whoever is to agree.
     *
     * @throws IOException if it would be refused
     */
    public String question(Value arguments) throws IOException {
        Place here = place.orElseThrow(() -> new UsageException(OUTSIDE));
        check(Tool.APPLY.effect());
        return picture(here, digest(arguments, here));
    }

    private String picture(Place here, String digest) throws IOException {
        Path file =
                Wishes.plan(here, digest)
                        .orElseThrow(() ->
                                new UsageException(
                                        "there is no plan %s: plan makes one".formatted(digest)));
        VerbRunner.Ran ran = verbs.run(List.of("plan", "--show=" + file), _ -> {});
        if (ran.code() != ExitCode.OK) {
            throw new UsageException(why(ran));
        }
        return cut(ran.printed());
    }

    private static String digest(Value arguments, Place here) throws UsageException {
        String digest = new Given(arguments, List.of("digest")).word("digest");
        String shown = new Memory(here).plan();
        if (shown.isEmpty()) {
            throw new UsageException("no plan was shown yet: call plan first");
        }
        if (digest.length() < LEAST_DIGITS || !shown.startsWith(digest)) {
            throw new UsageException(
                    "the plan that was shown last has the digest %s, and not %s: only that one is applied"
                            .formatted(shown.substring(0, LEAST_DIGITS), Quoted.word(digest)));
        }
        return shown;
    }

    private Outcome apply(Value arguments, Consumer<String> progress) throws IOException {
        Place here = place.orElseThrow();
        planning.lock();
        try {
            VerbRunner.Ran ran = run(Steps.apply(digest(arguments, here), here), false, progress);
            String text = cut(ran.said().strip());
            return new Outcome(ran.code() == ExitCode.OK, text.isEmpty() ? "Done." : text);
        } finally {
            planning.unlock();
        }
    }

    private static String cut(String text) {
        if (text.length() <= MOST_CHARS) {
            return text;
        }
        return text.substring(0, MOST_CHARS)
                + "\nThese are the first %d of %d characters.".formatted(MOST_CHARS, text.length());
    }
}
