package dev.culvert.daemon.proxmox.fake;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Texts that are several things. */
final class Parts {
    private static final Pattern LIST = Pattern.compile("[,;\\s\\x00]+");

    private Parts() {}

    /** A list as Proxmox takes it: with commas, semicolons or blanks between. */
    static List<String> ofList(String list) {
        return LIST.splitAsStream(list).filter(part -> !part.isEmpty()).toList();
    }

    /** The parts of a text such as {@code virtio,bridge=vmbr0}. */
    static List<String> of(String text) {
        return Stream.of(text.split(",", -1)).filter(part -> !part.isBlank()).toList();
    }
}
