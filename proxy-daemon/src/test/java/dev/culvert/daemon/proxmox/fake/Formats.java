package dev.culvert.daemon.proxmox.fake;

import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The named formats of Proxmox that a caller can break by hand, with its words. Others take any
 * text: the fake is no parser of boot orders.
 */
final class Formats {
    private record Format(Pattern pattern, String complaint) {
        private Format(String pattern, String complaint) {
            this(Pattern.compile(pattern), complaint);
        }
    }

    private static final String LABEL = "[a-zA-Z0-9](?:[a-zA-Z0-9\\-]*[a-zA-Z0-9])?";

    private static final Map<String, Format> KNOWN =
            Map.ofEntries(
                    Map.entry(
                            "dns-name",
                            new Format(
                                    LABEL + "(?:\\." + LABEL + ")*",
                                    "value does not look like a valid DNS name")),
                    Map.entry(
                            "pve-node",
                            new Format(LABEL, "value does not look like a valid node name")),
                    Map.entry(
                            "pve-vmid",
                            new Format(
                                    "[1-9][0-9]{2,8}", "value does not look like a valid VM ID")),
                    Map.entry(
                            "pve-configid",
                            new Format("(?i)[a-z][a-z0-9_-]+", "invalid configuration ID '%s'")),
                    Map.entry(
                            "pve-storage-id",
                            new Format(
                                    "(?i)[a-z][a-z0-9\\-_.]*[a-z0-9]",
                                    "storage ID '%s' contains illegal characters")),
                    Map.entry(
                            "pve-bridge-id", new Format("[-_.\\w\\d]+", "invalid bridge ID '%s'")),
                    Map.entry(
                            "pve-poolid",
                            new Format(
                                    "[A-Za-z0-9.\\-_]+(?:/[A-Za-z0-9.\\-_]+){0,2}",
                                    "pool name '%s' contains invalid characters")),
                    Map.entry(
                            "pve-tag",
                            new Format(
                                    "(?i)[a-z0-9_][a-z0-9_\\-+.]*", "invalid characters in tag")),
                    Map.entry(
                            "mac-addr",
                            new Format(
                                    "(?i)[a-f0-9][02468ace](?::[a-f0-9]{2}){5}",
                                    "value does not look like a valid unicast MAC address")),
                    Map.entry(
                            "disk-size",
                            new Format(
                                    "\\d+(?:\\.\\d+)?[KMGT]?",
                                    "value does not look like a valid disk size: %s")),
                    Map.entry(
                            "pve-userid",
                            new Format(
                                    "[^\\s:/]+@[A-Za-z][A-Za-z0-9.\\-_]+",
                                    "value '%s' does not look like a valid user name")),
                    Map.entry(
                            "urlencoded",
                            new Format("[-%a-zA-Z0-9_.!~*'()]*", "invalid urlencoded string: %s")));

    private Formats() {}

    /** Why the value is refused; null if it is not. */
    static @Nullable String complaint(String format, String value) {
        if (format.endsWith("-list") && !KNOWN.containsKey(format)) {
            String one = format.substring(0, format.length() - "-list".length());
            for (String item : Parts.ofList(value)) {
                String complaint = complaint(one, item);
                if (complaint != null) {
                    return complaint;
                }
            }
            return null;
        }
        Format known = KNOWN.get(format);
        return known == null || known.pattern.matcher(value).matches()
                ? null
                : known.complaint.replace("%s", value);
    }
}
