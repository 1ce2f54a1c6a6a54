package dev.culvert.daemon.api.inventory;

import static io.netty.handler.codec.http.HttpResponseStatus.BAD_GATEWAY;
import static io.netty.handler.codec.http.HttpResponseStatus.NOT_FOUND;

import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.inventory.Inventory;
import dev.culvert.daemon.inventory.Thing;
import dev.culvert.daemon.inventory.View;
import dev.culvert.daemon.proxmox.ProxmoxException;
import dev.culvert.io.Quoted;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a request wants of the inventory. */
final class Wanted {
    private Wanted() {}

    /** Something of a server. */
    record Item(View view, Thing thing) {
        String server() {
            return view.status().name();
        }

        /** By which pages are ordered. */
        String id() {
            return server() + "/" + thing.id();
        }
    }

    /** The servers that the query names; all without one. */
    static List<View> views(Request request, Inventory inventory) {
        String server = request.query("server");
        return server == null ? inventory.views() : List.of(view(server, inventory));
    }

    static View view(String server, Inventory inventory) {
        return inventory.view(server).orElseThrow(() -> noServer(server, inventory));
    }

    private static ProblemException noServer(String server, Inventory inventory) {
        String names =
                inventory.views().stream()
                        .map(it -> it.status().name())
                        .collect(Collectors.joining(", "));
        return new ProblemException(
                Problem.of(
                        NOT_FOUND,
                        "There is no server of Proxmox called '%s': the settings have %s (proxmox)."
                                .formatted(Quoted.word(server), names.isEmpty() ? "none" : names)));
    }

    static ProblemException noGuest(String server, String vmid) {
        return new ProblemException(
                Problem.of(
                        NOT_FOUND,
                        "There is no virtual machine and no container %s on '%s': GET /api/v1/inventory/guests lists them."
                                .formatted(Quoted.word(vmid), Quoted.word(server))));
    }

    /** What its server did not say. */
    static ProblemException away(ProxmoxException e) {
        return new ProblemException(
                Problem.of(
                        BAD_GATEWAY,
                        "Proxmox %s does not say it: %s. To do: %s."
                                .formatted(e.server(), e.sentence(), e.advice())));
    }

    /** Whether a thing has what the query says; anything if it says nothing. */
    static boolean matches(@Nullable String wanted, String value) {
        return wanted == null || wanted.equals(value);
    }

    static boolean hasTag(@Nullable String wanted, Thing guest) {
        return wanted == null || tags(guest).anyMatch(wanted::equals);
    }

    static Stream<String> tags(Thing guest) {
        return Arrays.stream(guest.fields().textOr("tags", "").split("[;, ]+", -1))
                .filter(it -> !it.isEmpty());
    }
}
