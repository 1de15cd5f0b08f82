/* The RTP side of many callers in one process, so that measuring costs little.
 *
 *   rtppeer BASE COUNT AUDIO CONTROL
 *
 * Binds COUNT UDP ports of 127.0.0.1: BASE, BASE+2, ... To whoever sends RTP to one of them it sends
 * A-law (payload type 8) back, 20 ms at a time without drift, from the raw file AUDIO, each port
 * from another place of it; it stops when the other side has been silent for a second. On UDP port
 * CONTROL it answers "reset" with "ok" and "report" with one line of JSON about the time since.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { FRAME = 160, PHASES = 4, EVENTS = 512 };
static const double PERIOD = 0.020;

struct leg {
    int socket, known, sequence_seen;
    struct sockaddr_in far;
    double last;
    long packets, late, lost;
    double longest_gap;
    uint16_t sequence;
    uint32_t timestamp;
    size_t place;
};

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec * 1e-9;
}

static int open_port(int port) {
    int s = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0), room = 1 << 18;
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(port)};
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(s, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    if (s < 0 || bind(s, (struct sockaddr *)&here, sizeof here)) {
        perror("rtppeer: a port is taken");
        exit(1);
    }
    return s;
}

static void send_frame(struct leg *l, const unsigned char *audio, size_t frames, int index) {
    unsigned char packet[12 + FRAME] = {0x80, 8};
    uint16_t sequence = htons(l->sequence++);
    uint32_t stamp = htonl(l->timestamp), source = htonl(0x12349000u + index);
    memcpy(packet + 2, &sequence, 2);
    memcpy(packet + 4, &stamp, 4);
    memcpy(packet + 8, &source, 4);
    memcpy(packet + 12, audio + FRAME * l->place, FRAME);
    l->timestamp += FRAME;
    l->place = (l->place + 1) % frames;
    sendto(l->socket, packet, sizeof packet, 0, (struct sockaddr *)&l->far, sizeof l->far);
}

static void receive(struct leg *l) {
    unsigned char packet[2048];
    socklen_t size = sizeof l->far;
    ssize_t got;
    while ((got = recvfrom(l->socket, packet, sizeof packet, 0, (struct sockaddr *)&l->far, &size)) > 0) {
        if (got < 12 || packet[0] >> 6 != 2)
            continue;
        double t = now();
        int sequence = packet[2] << 8 | packet[3];
        if (l->known && t - l->last < 1) {
            double gap = t - l->last;
            int step = (sequence - l->sequence_seen) & 0xffff;
            if (gap > l->longest_gap)
                l->longest_gap = gap;
            if (gap > 3 * PERIOD)
                l->late++;
            if (step > 1 && step < 50)
                l->lost += step - 1;
        }
        l->known = 1;
        l->sequence_seen = sequence;
        l->last = t;
        l->packets++;
        size = sizeof l->far;
    }
}

static int report(const struct leg *legs, int count, double seconds, double slip, char *out) {
    long active = 0, packets = 0, late = 0, lost = 0, starved = 0;
    double gap = 0;
    for (int i = 0; i < count; i++) {
        const struct leg *l = legs + i;
        if (!l->packets)
            continue;
        active++, packets += l->packets, late += l->late, lost += l->lost;
        starved += l->packets < 49 * seconds;
        if (l->longest_gap > gap)
            gap = l->longest_gap;
    }
    return sprintf(out,
                   "{\"seconds\": %.2f, \"legs\": %ld, \"packets_per_s\": %.2f, \"legs_under_49\": %ld, "
                   "\"late\": %ld, \"lost\": %ld, \"longest_gap_ms\": %.1f, \"own_slip_ms\": %.1f}",
                   seconds, active, active ? packets / seconds / active : 0, starved, late, lost,
                   gap * 1000, slip * 1000);
}

int main(int argc, char **argv) {
    if (argc != 5)
        return fprintf(stderr, "usage: rtppeer BASE COUNT AUDIO CONTROL\n"), 2;
    int base = atoi(argv[1]), count = atoi(argv[2]), epoll = epoll_create1(0);
    FILE *file = fopen(argv[3], "rb");
    static unsigned char audio[8000 * 600];
    size_t frames = file ? fread(audio, FRAME, sizeof audio / FRAME, file) : 0;
    if (!frames)
        return fprintf(stderr, "rtppeer: %s holds no audio\n", argv[3]), 1;
    struct leg *legs = calloc(count, sizeof *legs);
    for (int i = 0; i < count; i++) {
        struct epoll_event wanted = {.events = EPOLLIN, .data.u32 = i};
        legs[i].socket = open_port(base + 2 * i);
        legs[i].place = (size_t)i * 97 % frames;
        epoll_ctl(epoll, EPOLL_CTL_ADD, legs[i].socket, &wanted);
    }
    int control = open_port(atoi(argv[4])), phase = 0;
    struct epoll_event wanted = {.events = EPOLLIN, .data.u32 = UINT32_MAX}, ready[EVENTS];
    epoll_ctl(epoll, EPOLL_CTL_ADD, control, &wanted);
    double due = now(), since = due, slip = 0;
    for (;;) {
        double t = now();
        for (; t >= due; due += PERIOD / PHASES, phase = (phase + 1) % PHASES) {
            if (t - due > slip)
                slip = t - due;
            for (int i = phase; i < count; i += PHASES)
                if (legs[i].known && t - legs[i].last < 1)
                    send_frame(legs + i, audio, frames, i);
        }
        int left = (int)((due - t) * 1000 + 0.999);
        int n = epoll_wait(epoll, ready, EVENTS, left > 0 ? left : 0);
        for (int k = 0; k < n; k++) {
            if (ready[k].data.u32 != UINT32_MAX) {
                receive(legs + ready[k].data.u32);
                continue;
            }
            char text[512];
            struct sockaddr_in who;
            socklen_t size = sizeof who;
            ssize_t got = recvfrom(control, text, sizeof text, 0, (struct sockaddr *)&who, &size);
            if (got < 3)
                continue;
            int length = 2;
            if (memcmp(text, "rep", 3)) {
                for (int i = 0; i < count; i++)
                    legs[i].packets = legs[i].late = legs[i].lost = 0, legs[i].longest_gap = 0;
                since = now(), slip = 0;
                memcpy(text, "ok", 2);
            } else
                length = report(legs, count, now() - since, slip, text);
            sendto(control, text, length, 0, (struct sockaddr *)&who, size);
        }
    }
}
