import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/**
 * Acts as a daemon with one agent, for culvert chat. A single file for {@code java}. It prints its
 * port. The last word of the user says what the agent does: hello, write, slow, lost, cut, or else
 * it tells how many lines came.
 */
final class Daemon {
    private static volatile CountDownLatch stopped = new CountDownLatch(1);

    private Daemon() {}

    public static void main(String[] arguments) throws IOException {
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            System.out.println(server.getLocalPort());
            while (true) {
                Socket client = server.accept();
                Thread.ofVirtual().start(() -> serve(client));
            }
        }
    }

    private static void serve(Socket client) {
        try (client) {
            InputStream in = new BufferedInputStream(client.getInputStream());
            StringBuilder head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                head.append((char) in.read());
            }
            String first = head.substring(0, head.indexOf("\r\n"));
            String length = head.toString().replaceAll("(?s).*\r\ncontent-length: (\\d+).*", "$1");
            String body =
                    length.matches("\\d+")
                            ? new String(in.readNBytes(Integer.parseInt(length)), UTF_8)
                            : "";
            answer(first, head.toString(), body, client.getOutputStream());
        } catch (IOException | InterruptedException e) {
            // the client has left
        }
    }

    private static void answer(String first, String head, String body, OutputStream out)
            throws IOException, InterruptedException {
        String said = body.replaceAll("(?s).*\"content\":\"(.*?)\"[,}].*", "$1");
        if (first.startsWith("DELETE ")) {
            stopped.countDown();
            say(out, "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}");
            return;
        }
        say(out, "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n");
        if (head.contains("last-event-id: web-1.T:1")) {
            say(out, chunk(2, "and two.") + end(3, "{}"));
        } else if (first.contains("/continue")) {
            say(
                    out,
                    chunk(
                            1,
                            "Told: " + (body.contains("\"success\":true") ? "done." : "refused.")));
            say(out, end(2, "{}"));
        } else {
            stream(said, out);
        }
    }

    private static void stream(String said, OutputStream out)
            throws IOException, InterruptedException {
        switch (said.replaceAll("(?s).*[ n](?=\\w+$)", "")) {
            case "hello" -> {
                say(
                        out,
                        chunk(
                                1,
                                "# A title\\n\\nSome **bold** text\\u001b[2J.\\n```\\nplain code\\n```\\n"));
                say(out, end(2, "{}"));
            }
            case "write" -> {
                say(
                        out,
                        "event: tool_call\nid: web-1.T:1\ndata: {\"call_id\":\"c1\",\"tool_name\":"
                                + "\"write_file\",\"arguments\":{\"path\":\"a.txt\",\"content\":\"two\\n\"}}\n\n");
                say(out, end(2, "{\"finish_reason\":\"tool_calls\",\"continuation\":\"ct_1\"}"));
            }
            case "slow" -> {
                stopped = new CountDownLatch(1);
                say(out, chunk(1, "I work "));
                stopped.await();
                say(
                        out,
                        "event: error\nid: web-1.T:2\ndata: {\"code\":\"cancelled\",\"message\":\"m\"}\n\n");
            }
            case "cut" -> {
                say(out, chunk(1, "Three, "));
                Thread.sleep(Duration.ofMinutes(1)); // the client is killed before
            }
            case "lost" -> say(out, chunk(1, "One, ") + "event: chunk\nid: web-1.T:2\nda");
            default -> {
                say(out, chunk(1, "Lines: " + said.split("\\\\n", -1).length + "."));
                say(out, end(2, "{}"));
            }
        }
    }

    private static String chunk(int number, String text) {
        return "event: chunk\nid: web-1.T:%d\ndata: {\"content\":\"%s\",\"done\":false}\n\n"
                .formatted(number, text);
    }

    private static String end(int number, String data) {
        return "event: done\nid: web-1.T:%d\ndata: %s\n\n".formatted(number, data);
    }

    private static void say(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(UTF_8));
        out.flush();
    }
}
