package dev.culvert.guest.identity;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the generation id of the virtual machine, which changes when the machine is restored from a
 * snapshot or copied.
 */
/* Linux keeps the id of ACPI's device to itself. QEMU also shows it as a file of its firmware's configuration: 16 bytes
 * after 40 others, of which the first three numbers are little-endian. */
public final class Generation {
    static final Path OF_QEMU = Path.of("/sys/firmware/qemu_fw_cfg/by_name/etc/vmgenid_guid/raw");

    private static final int OFFSET = 40;
    private static final int BYTES = 16;

    /** The order in which QEMU's monitor prints these bytes. */
    private static final int[] PRINTED = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};

    /** After so many of them it prints a hyphen. */
    private static final Set<Integer> HYPHENS = Set.of(4, 6, 8, 10);

    private static final int MOST_TEXT = 128;
    private static final Pattern TEXT = Pattern.compile("[A-Za-z0-9._:-]{1,128}");

    private Generation() {}

    /**
     * Empty if it cannot be read.
     *
     * @param file contains it as text; null for that of QEMU
     */
    public static String read(@Nullable Path file) {
        try {
            return file == null ? ofQemu(OF_QEMU) : text(file);
        } catch (IOException _) {
            return "";
        }
    }

    static String ofQemu(Path file) throws IOException {
        byte[] bytes = start(file, OFFSET + BYTES);
        if (bytes.length < OFFSET + BYTES) {
            return "";
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < BYTES; i++) {
            if (HYPHENS.contains(i)) {
                text.append('-');
            }
            HexFormat.of().toHexDigits(text, bytes[OFFSET + PRINTED[i]]);
        }
        return text.toString();
    }

    private static String text(Path file) throws IOException {
        String text = new String(start(file, MOST_TEXT), StandardCharsets.US_ASCII).strip();
        return TEXT.matcher(text).matches() ? text : "";
    }

    private static byte[] start(Path file, int most) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(most);
        }
    }
}
