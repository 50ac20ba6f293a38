package dev.fanfare.dispatcher.http;

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
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Answers each request with bytes that a test wrote, valid or not. A thread for each connection. */
final class RawServer implements AutoCloseable {
    /** What a connection does when a request has come. */
    interface Script {
        /**
         * Answers.
         *
         * @param number of the request among all, from 1
         * @return whether the connection goes on
         */
        boolean answer(int number, OutputStream out) throws IOException;
    }

    private final ServerSocket listening;
    private final AtomicInteger numbers = new AtomicInteger();
    private final List<Socket> open = new CopyOnWriteArrayList<>();
    final List<String> requests = new CopyOnWriteArrayList<>();
    final AtomicInteger connections = new AtomicInteger();

    RawServer(Script script) {
        try {
            listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        daemon(() -> {
            while (true) {
                Socket client = listening.accept();
                open.add(client);
                connections.incrementAndGet();
                daemon(() -> serve(client, script));
            }
        });
    }

    int port() {
        return listening.getLocalPort();
    }

    /** Ends all connections, and takes new ones all the same. */
    void hangUp() throws IOException {
        for (Socket client : open) {
            client.close();
        }
    }

    private void serve(Socket client, Script script) throws IOException {
        try (client) {
            for (String request = read(client.getInputStream());
                    request != null;
                    request = read(client.getInputStream())) {
                requests.add(request);
                OutputStream out = client.getOutputStream();
                if (!script.answer(numbers.incrementAndGet(), out)) {
                    return;
                }
                out.flush();
            }
        }
    }

    /** Head and body, by its content-length; null at the end. */
    private static String read(InputStream in) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        int length = -1;
        while (length < 0 || all.size() < length) {
            int octet = in.read();
            if (octet < 0) {
                return null;
            }
            all.write(octet);
            String soFar = length < 0 && octet == '\n' ? all.toString(StandardCharsets.ISO_8859_1) : "";
            if (soFar.endsWith("\r\n\r\n")) {
                String lower = soFar.toLowerCase(Locale.ROOT);
                int at = lower.indexOf("content-length: ") + "content-length: ".length();
                length = all.size() + Integer.parseInt(lower.substring(at, lower.indexOf('\r', at)));
            }
        }
        return all.toString(StandardCharsets.ISO_8859_1);
    }

    private interface Task {
        void run() throws IOException;
    }

    private static void daemon(Task task) {
        Thread thread = new Thread(
                () -> {
                    try {
                        task.run();
                    } catch (IOException e) {
                        // A connection or the server was closed: so ends its thread.
                    }
                },
                "raw-server");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listening.close();
        hangUp();
    }
}
