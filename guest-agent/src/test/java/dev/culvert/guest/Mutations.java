package dev.culvert.guest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** Files of a corpus, and their bytes with some changed, cut out and doubled. */
public final class Mutations {
    private static final Path CORPUS = Path.of("src/test/resources/dev/culvert/guest");

    private final byte[] good;
    private final Random random;

    public Mutations(Path file, long seed) throws IOException {
        good = Files.readAllBytes(file);
        random = new Random(seed);
    }

    public static List<Path> corpus(String folder) throws IOException {
        try (Stream<Path> files = Files.list(CORPUS.resolve(folder))) {
            return files.sorted().toList();
        }
    }

    /** The file as it is. */
    public byte[] good() {
        return good.clone();
    }

    /** The file with one to three changes. */
    public byte[] next() {
        byte[] bytes = good.clone();
        for (int i = random.nextInt(3); i >= 0 && bytes.length > 0; i--) {
            int at = random.nextInt(bytes.length);
            bytes =
                    switch (random.nextInt(5)) {
                        case 0 -> with(bytes, at, (byte) random.nextInt(256));
                        case 1 -> with(bytes, at, (byte) (bytes[at] ^ (1 << random.nextInt(8))));
                        case 2 -> joined(bytes, at, Math.min(bytes.length, at + 1));
                        case 3 -> Arrays.copyOf(bytes, at);
                        default -> joined(bytes, bytes.length, at);
                    };
        }
        return bytes;
    }

    private static byte[] with(byte[] bytes, int at, byte value) {
        bytes[at] = value;
        return bytes;
    }

    /** The first bytes up to {@code end}, and all from {@code start} on. */
    private static byte[] joined(byte[] bytes, int end, int start) {
        byte[] joined = Arrays.copyOf(bytes, end + bytes.length - start);
        System.arraycopy(bytes, start, joined, end, bytes.length - start);
        return joined;
    }
}
