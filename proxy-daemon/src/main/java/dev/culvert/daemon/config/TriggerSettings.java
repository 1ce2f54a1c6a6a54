package dev.culvert.daemon.config;

import dev.culvert.about.Check;
import dev.culvert.settings.Kind;
import dev.culvert.settings.SecretSource;
import dev.culvert.settings.Section;
import dev.culvert.subject.SubjectMatch;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * One of the list {@code triggers}: what starts a flow.
 *
 * @param name for people; the flow runs as this caller
 * @param flow of {@code flows_dir}
 * @param tenant to which the runs belong
 * @param scopes what the runs may do
 * @param cause what starts it
 * @param inputs of the flow, a JSON object
 * @param input the input that gets what came with the cause; empty if none does
 * @param overlaps whether it may start while a run of it goes on
 */
public record TriggerSettings(
        String name,
        String flow,
        String tenant,
        Set<Scope> scopes,
        Cause cause,
        String inputs,
        Optional<String> input,
        boolean overlaps) {
    private static final int MOST = 1_000;
    private static final Kind<String> FLOW =
            Kind.matching(Pattern.compile("[A-Za-z_][A-Za-z0-9_-]{0,63}"), "the name of a flow");
    private static final Kind<Schedule> SCHEDULE = Kind.text(Schedule.TAKES, Schedule::parse);
    private static final Kind<SubjectMatch> SUBJECT =
            Kind.text("a subject, or a match such as \"build.*\"", SubjectMatch::of);

    /** What starts a flow. */
    public sealed interface Cause {
        /** As people write it; empty if it is a secret. */
        String text();

        /** Time. */
        record At(Schedule schedule) implements Cause {
            @Override
            public String text() {
                return schedule.toString();
            }
        }

        /** A message on a subject of the tenant. */
        record On(SubjectMatch subject) implements Cause {
            @Override
            public String text() {
                return subject.toString();
            }
        }

        /** A request that is signed with this secret. */
        record Signed(SecretSource secret) implements Cause {
            @Override
            public String text() {
                return "";
            }
        }
    }

    public TriggerSettings {
        scopes = Set.copyOf(scopes);
        Check.that(
                AgentSettings.isName(name),
                "name",
                '"' + name + '"',
                "it must be " + AgentSettings.NAME_TAKES);
        Check.that(!flow.isEmpty(), "flow", "\"\"", "say which flow of flows_dir it starts");
    }

    static TriggerSettings read(Section in) {
        String name = in.get("name", AgentSettings.NAME_KIND, "");
        String flow = in.get("flow", FLOW, "");
        String tenant = in.get("tenant", AgentSettings.NAME_KIND, AgentSettings.DEFAULT_TENANT);
        List<Scope> scopes = in.list("scopes", AuthSettings.SCOPE, List.of());
        Optional<Schedule> schedule = in.find("schedule", SCHEDULE);
        Optional<SubjectMatch> subject = in.find("subject", SUBJECT);
        Optional<SecretSource> secret = in.find("secret", Kind.SECRET);
        String inputs = in.get("inputs", Kind.OBJECT, "{}");
        Optional<String> input = in.find("input", FLOW);
        boolean overlaps = in.get("overlaps", Kind.BOOLEAN, false);
        List<Cause> causes = new ArrayList<>();
        schedule.ifPresent(it -> causes.add(new Cause.At(it)));
        subject.ifPresent(it -> causes.add(new Cause.On(it)));
        secret.ifPresent(it -> causes.add(new Cause.Signed(it)));
        if (causes.size() != 1) {
            throw new IllegalArgumentException(
                    "%d of schedule, subject and secret are set: a trigger has exactly one of the three"
                            .formatted(causes.size()));
        }
        return new TriggerSettings(
                name, flow, tenant, Set.copyOf(scopes), causes.getFirst(), inputs, input, overlaps);
    }

    /** There are few of them, and no two have the same name. */
    static List<TriggerSettings> checked(List<TriggerSettings> all) {
        Check.that(all.size() <= MOST, "triggers", all.size() + " triggers", "1000 at most");
        Set<String> names = new HashSet<>();
        for (int i = 0; i < all.size(); i++) {
            String name = all.get(i).name();
            Check.that(
                    names.add(name),
                    "triggers[" + i + "].name",
                    '"' + name + '"',
                    "there is a trigger of that name already");
        }
        return List.copyOf(all);
    }
}
