package dev.culvert.daemon.inventory;

import dev.culvert.daemon.proxmox.Fields;
import dev.culvert.settings.Node;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The configuration of a guest, in Proxmox's own names. */
public final class GuestConfig {
    private static final Pattern CID = Pattern.compile("guest-cid=(\\d{1,10})(?!\\d)");
    private static final Set<String> SECRET = Set.of("cipassword", "password");

    /** What changes with others, or is compared where the guest itself is. */
    private static final Set<String> ELSEWHERE =
            Set.of("digest", "name", "hostname", "tags", "template", "lock");

    private static final int MOST_OF_KEYS = 40;

    private GuestConfig() {}

    /** The CID of the vsock device in {@code args}; -1 if there is none. */
    public static long cid(Fields config) {
        Matcher found = CID.matcher(config.textOr("args", ""));
        return found.find() ? Long.parseLong(found.group(1)) : -1;
    }

    /** Without secrets, and with little of the public keys. */
    public static Fields shown(Fields config) {
        Map<String, Node> shown = new LinkedHashMap<>();
        config.nodes()
                .forEach((name, node) -> {
                    if (!(node instanceof Node.Scalar scalar)) {
                        return; // there are none
                    }
                    String text = scalar.text();
                    if (SECRET.contains(name)) {
                        text = "********";
                    } else if (name.equals("sshkeys") && text.length() > MOST_OF_KEYS) {
                        text = text.substring(0, MOST_OF_KEYS) + "…";
                    }
                    shown.put(name, new Node.Scalar(scalar.position(), scalar.form(), text));
                });
        return new Fields(shown);
    }

    /** The names of what differs. */
    static List<String> difference(Fields before, Fields after) {
        Set<String> names = new TreeSet<>(before.nodes().keySet());
        names.addAll(after.nodes().keySet());
        names.removeAll(ELSEWHERE);
        List<String> different = new ArrayList<>();
        for (String name : names) {
            if (!before.textOr(name, "").equals(after.textOr(name, ""))) {
                different.add(name);
            }
        }
        return different;
    }
}
