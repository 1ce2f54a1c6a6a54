package dev.culvert.daemon.client.console;

import dev.culvert.daemon.client.bugreport.Secrets;
import java.time.Instant;
import org.jline.reader.impl.history.DefaultHistory;

/** What was typed before, without secrets and without lines that begin with a blank. */
final class KeptHistory extends DefaultHistory {
    /** Whether a line is remembered, here and in the file. */
    static boolean keeps(String line) {
        return !line.isBlank() && !Character.isWhitespace(line.charAt(0)) && !Secrets.isIn(line);
    }

    @Override
    public void add(Instant time, String line) {
        if (keeps(line)) {
            super.add(time, line);
        }
    }
}
