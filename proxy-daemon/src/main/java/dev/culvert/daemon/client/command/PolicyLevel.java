package dev.culvert.daemon.client.command;

import dev.culvert.about.Spelling;
import dev.culvert.policy.Level;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads the level of a policy file. */
final class PolicyLevel implements ITypeConverter<Level> {
    private static final List<Level> LEVELS =
            Arrays.stream(Level.values()).filter(level -> level != Level.BUILT_IN).toList();

    @Override
    public Level convert(String text) {
        return LEVELS.stream()
                .filter(level -> level.word().equals(text))
                .findAny()
                .orElseThrow(() -> refused(text));
    }

    private static TypeConversionException refused(String text) {
        List<String> words = LEVELS.stream().map(Level::word).toList();
        return new TypeConversionException(
                "'%s' is no level: it is one of %s%s"
                        .formatted(text, String.join(", ", words), Spelling.question(text, words)));
    }
}
