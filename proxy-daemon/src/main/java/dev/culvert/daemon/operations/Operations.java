package dev.culvert.daemon.operations;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.auth.Caller.Kind;
import dev.culvert.daemon.auth.Need;
import io.netty.handler.codec.http.HttpMethod;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Every operation of the daemon, described once. */
/* Tests compare these with openapi.yaml, with the routes, with the verbs of culvert and with docs/operations.md. */
public final class Operations {
    private static final Set<Need> OF_THE_WHOLE = EnumSet.of(Need.OPERATE, Need.CHANGE_GUESTS);

    private static final List<Operation> ALL =
            Stream.of(
                            AgentOperations.ALL,
                            SubjectOperations.ALL,
                            ApprovalOperations.ALL,
                            FlowOperations.ALL,
                            WebhookOperations.ALL,
                            EnrolOperations.ALL,
                            KeyOperations.ALL,
                            CheckOperations.ALL,
                            ProviderOperations.ALL,
                            ReachOperations.ALL,
                            TunnelOperations.ALL,
                            InventoryOperations.ALL,
                            GuestOperations.ALL,
                            HostOperations.ALL,
                            PlanOperations.ALL,
                            AdminOperations.ALL)
                    .flatMap(List::stream)
                    .toList();

    private Operations() {}

    /** In the order in which they are shown. */
    public static List<Operation> all() {
        return ALL;
    }

    /** What the caller may do. */
    public static List<Operation> of(Caller caller) {
        return ALL.stream().filter(it -> isFor(caller, it.need())).toList();
    }

    /**
     * Without credentials, what concerns the whole daemon, or guests of Proxmox, is done on the
     * admin socket only.
     */
    public static boolean isFor(Caller caller, Need need) {
        return caller.may(need) && (!OF_THE_WHOLE.contains(need) || caller.kind() != Kind.ANYBODY);
    }

    /** The operation of that name; null if there is none. */
    public static @Nullable Operation named(String name) {
        return ALL.stream().filter(it -> it.name().equals(name)).findAny().orElse(null);
    }

    /** The operation of a route's method; null if it is none. */
    public static @Nullable Operation find(HttpMethod method, List<String> templates) {
        return ALL.stream()
                .filter(it -> it.method().equals(method) && templates.contains(it.path()))
                .findAny()
                .orElse(null);
    }
}
