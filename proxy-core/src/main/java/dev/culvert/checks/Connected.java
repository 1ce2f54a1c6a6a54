package dev.culvert.checks;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;

/** Both directions of a connection. */
record Connected(InputStream in, OutputStream out) {
    static Connected by(Socket socket) throws IOException {
        return new Connected(socket.getInputStream(), socket.getOutputStream());
    }
}
