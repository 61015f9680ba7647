/*
 * libxml2: the e-voucher exchange of the specification done with libxml2 and its GBK conversion.
 *
 *     libxml2 REQUESTFILE JSONFILE MILLISECONDS
 *
 * It parses the GBK request, looks up funid and certificate type, builds the answer around the
 * JSON (UTF-8) and writes it as GBK to memory, again and again for the given time. The last answer
 * goes to standard output, the nanoseconds that one exchange took to standard error.
 */
#define _POSIX_C_SOURCE 200809L
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void fail(const char *what)
{
    fprintf(stderr, "libxml2: %s\n", what);
    exit(1);
}

/* read_file returns the content of a file, NUL-terminated. */
static char *read_file(const char *name, size_t *size)
{
    enum { LIMIT = 1 << 20 };
    char *content = malloc(LIMIT + 1);
    FILE *file = fopen(name, "rb");

    if (file == NULL || content == NULL)
        fail(name);
    *size = fread(content, 1, LIMIT, file);
    content[*size] = '\0';
    fclose(file);
    return content;
}

static xmlNodePtr child(xmlNodePtr parent, const char *name)
{
    for (xmlNodePtr n = parent == NULL ? NULL : parent->children; n != NULL; n = n->next)
        if (n->type == XML_ELEMENT_NODE && xmlStrEqual(n->name, BAD_CAST name))
            return n;
    return NULL;
}

/* add appends an element with text. Unlike xmlNewTextChild it scans the text for nothing. */
static void add(xmlNodePtr parent, const char *name, const char *text)
{
    xmlNodePtr n = xmlNewChild(parent, NULL, BAD_CAST name, NULL);

    xmlAddChild(n, xmlNewText(BAD_CAST text));
}

static xmlDocPtr answer_to(xmlDocPtr request, const char *out_put)
{
    xmlNodePtr root = xmlDocGetRootElement(request);
    xmlChar *funid = xmlNodeGetContent(child(child(root, "Header"), "funid"));
    xmlChar *cert_type = xmlNodeGetContent(child(child(root, "Body"), "mdtrt_cert_type"));

    if (!xmlStrEqual(funid, BAD_CAST "N04.00.00.01") || !xmlStrEqual(cert_type, BAD_CAST "01"))
        fail("not an e-voucher request");
    xmlDocPtr answer = xmlNewDoc(BAD_CAST "1.0");
    xmlNodePtr response = xmlNewNode(NULL, BAD_CAST "response");
    xmlDocSetRootElement(answer, response);
    xmlNodePtr header = xmlNewChild(response, NULL, BAD_CAST "Header", NULL);
    add(header, "funid", (const char *)funid);
    add(header, "sign", "0000000000000000");
    add(header, "result", "0");
    add(header, "msg", "操作成功");
    add(xmlNewChild(response, NULL, BAD_CAST "Body", NULL), "out_put", out_put);
    xmlFree(funid);
    xmlFree(cert_type);
    return answer;
}

static double nanoseconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

int main(int argc, char **argv)
{
    if (argc != 4)
        fail("usage: libxml2 REQUESTFILE JSONFILE MILLISECONDS");
    size_t size, json_size;
    char *request_bytes = read_file(argv[1], &size);
    char *json = read_file(argv[2], &json_size);
    double time = strtod(argv[3], NULL) * 1e6;

    char *out_put = malloc(json_size + 32);
    if (out_put == NULL)
        fail("no memory");
    sprintf(out_put, "\n%s\n        ", json);

    xmlInitParser();
    xmlTreeIndentString = "    ";
    xmlParserCtxtPtr parser = xmlNewParserCtxt(); /* one for all: faster than one each */
    xmlChar *bytes = NULL;
    int length = 0;
    long n = 0;
    double start = nanoseconds(), took;
    do {
        for (int i = 0; i < 16; i++, n++) {
            xmlDocPtr request =
                xmlCtxtReadMemory(parser, request_bytes, (int)size, NULL, NULL,
                                  XML_PARSE_NONET | XML_PARSE_NOBLANKS | XML_PARSE_COMPACT);
            if (request == NULL)
                fail("the request is not well-formed");
            xmlDocPtr answer = answer_to(request, out_put);
            xmlFree(bytes);
            xmlDocDumpFormatMemoryEnc(answer, &bytes, &length, "GBK", 1);
            if (bytes == NULL)
                fail("the answer could not be written");
            xmlFreeDoc(request);
            xmlFreeDoc(answer);
        }
        took = nanoseconds() - start;
    } while (took < time);

    fwrite(bytes, 1, (size_t)length, stdout);
    fprintf(stderr, "%.1f\n", took / (double)n);
    xmlFree(bytes);
    xmlFreeParserCtxt(parser);
    xmlCleanupParser();
    free(out_put);
    free(json);
    free(request_bytes);
    return 0;
}
