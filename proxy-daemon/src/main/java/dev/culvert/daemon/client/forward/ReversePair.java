package dev.culvert.daemon.client.forward;

import dev.culvert.daemon.client.UsageException;
import dev.culvert.io.Quoted;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A port of an agent that leads to a service of the host's side.
 *
 * @param service as {@code HOST:PORT}; the daemon checks it
 */
public record ReversePair(int port, String service) {
    private static final int LAST = 65_535;
    private static final Pattern TEXT = Pattern.compile("([0-9]{1,5}):(.+:[0-9]{1,5})");

    /**
     * Reads {@code PORT:HOST:PORT}.
     *
     * @throws UsageException one sentence, if it is something else
     */
    public static ReversePair parse(String text) throws UsageException {
        Matcher matcher = TEXT.matcher(text);
        int port = matcher.matches() ? Integer.parseInt(matcher.group(1)) : 0;
        if (port < 1 || port > LAST) {
            throw new UsageException(
                    "'%s' is not PORT:HOST:PORT, such as 15432:127.0.0.1:5432: a port of the agent, and a service that the daemon reaches"
                            .formatted(Quoted.word(text)));
        }
        return new ReversePair(port, matcher.group(2));
    }
}
