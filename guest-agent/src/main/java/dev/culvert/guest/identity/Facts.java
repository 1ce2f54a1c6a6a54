package dev.culvert.guest.identity;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** What the guest knows of its machine. */
public final class Facts {
    private static final Path HOSTNAME = Path.of("/proc/sys/kernel/hostname");

    private Facts() {}

    /** For people. */
    public static Map<String, String> ofThisMachine() {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("hostname", hostname());
        facts.put("os", property("os.name") + " " + property("os.version"));
        facts.put("arch", property("os.arch"));
        facts.put("cpus", Integer.toString(Runtime.getRuntime().availableProcessors()));
        return facts;
    }

    private static String property(String name) {
        return System.getProperty(name, "");
    }

    /** Of letters, digits, dots, underscores and hyphens, as ids are; empty if it is unknown. */
    public static String hostname() {
        try {
            String name = Files.readString(HOSTNAME).strip().replaceAll("[^A-Za-z0-9._-]", "-");
            return name.substring(0, Math.min(name.length(), 64));
        } catch (IOException _) {
            return "";
        }
    }
}
