package dev.fanfare.dispatcher;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** An HTTP proxy that makes tunnels, on a free port of this machine, and remembers what it was asked. */
final class ConnectProxy implements AutoCloseable {
    /** Heads of requests, as they came. */
    final List<String> heads = new CopyOnWriteArrayList<>();

    private final ServerSocket listening;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final String answer;

    private ConnectProxy(String answer) {
        this.answer = answer;
        try {
            this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        run(this::accept);
    }

    static ConnectProxy start() {
        return new ConnectProxy("");
    }

    /** One that answers so instead of making a tunnel. */
    static ConnectProxy refusing(String statusLine) {
        return new ConnectProxy("HTTP/1.1 " + statusLine + "\r\ncontent-length: 2\r\n\r\nno");
    }

    int port() {
        return listening.getLocalPort();
    }

    private void accept() throws IOException {
        while (true) {
            Socket client = listening.accept();
            open.add(client);
            run(() -> serve(client));
        }
    }

    private void serve(Socket client) throws IOException {
        String head = head(client.getInputStream());
        heads.add(head);
        OutputStream toClient = client.getOutputStream();
        if (!answer.isEmpty()) {
            toClient.write(answer.getBytes(StandardCharsets.US_ASCII));
            return;
        }
        String target = head.split(" ", -1)[1];
        int colon = target.lastIndexOf(':');
        Socket server = new Socket(target.substring(0, colon), Integer.parseInt(target.substring(colon + 1)));
        open.add(server);
        toClient.write("HTTP/1.1 200 Connection established\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        run(() -> {
            server.getInputStream().transferTo(toClient);
            client.close();
        });
        client.getInputStream().transferTo(server.getOutputStream());
        server.close();
    }

    private static String head(InputStream in) throws IOException {
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        while (!read.toString(StandardCharsets.US_ASCII).endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                break;
            }
            read.write(next);
        }
        return read.toString(StandardCharsets.US_ASCII);
    }

    @Override
    public void close() {
        try {
            listening.close();
            for (Socket socket : open) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @FunctionalInterface
    private interface Step {
        void run() throws IOException;
    }

    private static void run(Step step) {
        Thread thread = new Thread(() -> {
            try {
                step.run();
            } catch (IOException e) {
                // one end closed: so does the tunnel
            }
        });
        thread.setDaemon(true);
        thread.start();
    }
}
