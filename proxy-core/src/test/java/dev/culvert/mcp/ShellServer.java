package dev.culvert.mcp;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;

/** An MCP server of a few lines of shell, which needs nothing but /bin/sh. */
public final class ShellServer {
    private static final String SCRIPT =
            """
            #!/bin/sh
            # A message a line; the first "id" is that of the message.
            answer() { echo "{\\"jsonrpc\\":\\"2.0\\",\\"id\\":$id,\\"result\\":$1}"; }
            echo "started" >> starts.txt
            sleep SECONDS & # what it has started must end with it
            while read -r line; do
              id=${line#*\\"id\\":}; id=${id%%[,\\}]*}
              case $line in
                *'"method":"server/discover"'*)
                  [ ! -e dies-of-discover ] || exit 1
                  echo "{\\"jsonrpc\\":\\"2.0\\",\\"id\\":$id,\\"error\\":{\\"code\\":-32601,\\"message\\":\\"Method not found\\"}}";;
                *'"method":"initialize"'*)
                  answer '{"protocolVersion":"2025-11-25","capabilities":{"tools":{"listChanged":true}},"serverInfo":{"name":"shell","version":"1"}}';;
                *'"method":"tools/list"'*)
                  more=
                  [ ! -e more ] || more=',{"name":"more","inputSchema":{"type":"object"}}'
                  answer '{"tools":[{"name":"echo","description":"Says it again","inputSchema":{"type":"object"}},{"name":"die","inputSchema":{"type":"object"}},{"name":"work","inputSchema":{"type":"object"}},{"name":"where","inputSchema":{"type":"object"}},{"name":"count","inputSchema":{"type":"object"},"outputSchema":{"type":"object","properties":{"n":{"type":"integer"}},"required":["n"]}}'"$more]}";;
                *'"name":"echo"'*)
                  text=${line#*\\"text\\":\\"}; text=${text%%\\"*}
                  answer "{\\"content\\":[{\\"type\\":\\"text\\",\\"text\\":\\"$text\\"}]}";;
                *'"name":"where"'*)
                  answer "{\\"content\\":[{\\"type\\":\\"text\\",\\"text\\":\\"$PWD $KEY ${SECRET-none}\\"}]}";;
                *'"name":"count"'*)
                  text=${line#*\\"text\\":\\"}; text=${text%%\\"*}
                  case $text in
                    nothing) answer '{"content":[{"type":"text","text":"counted"}]}';;
                    wrong) answer '{"content":[],"isError":true}';;
                    *) answer "{\\"content\\":[],\\"structuredContent\\":{\\"n\\":$text}}";;
                  esac;;
                *'"name":"die"'*)
                  echo "it is over" >&2; exit 3;;
                *'"name":"more"'*)
                  answer '{"content":[{"type":"text","text":"it is wrong"}],"isError":true}';;
                *'"name":"work"'*)
                  echo called > called.txt
                  echo "{\\"jsonrpc\\":\\"2.0\\",\\"method\\":\\"notifications/progress\\",\\"params\\":{\\"progressToken\\":$id,\\"progress\\":1,\\"message\\":\\"begun\\"}}"
                  ;; # never answered
                *'"method":"notifications/cancelled"'*)
                  echo cancelled > cancelled.txt
                  touch more
                  echo '{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}';;
              esac
            done
            """;

    private ShellServer() {}

    /**
     * Writes it into a directory, as {@code ./server}. Returns for how many seconds the program
     * sleeps that it starts, which no other does.
     */
    public static int in(Path directory) throws IOException {
        int seconds = 100_000 + new SplittableRandom().nextInt(800_000);
        Path file =
                Files.writeString(
                        directory.resolve("server"),
                        SCRIPT.replace("SECONDS", Integer.toString(seconds)));
        if (!file.toFile().setExecutable(true)) {
            throw new IOException("not executable: " + file);
        }
        return seconds;
    }
}
