/*
 * 医保读卡示例（C/C++）：接口规范 2.5.1 的例子，补全为可以运行的程序。
 *
 *     mps_example 03                  读社会保障卡
 *     mps_example 01 [码 [字节]]      解析电子医保凭证；码是扫码枪扫到的，不给则由读卡服务扫码
 *
 * 最后的“字节”是 resp 的大小，默认 8192，供试验缓冲区太小会怎样。
 * 退出码：0 读到了病人；1 没有读到，不得使用任何病人的信息；2 没有应答。
 * VC6 也能编译，C++ 也能编译。源文件是 UTF-8；在 Visual C++ 中请先另存为 GBK（ANSI）。
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mps_answer.h"

#ifdef _WIN32
#include <windows.h>
#define LIBRARY "mps_client.dll"
#else /* Linux：同样的几行，换成系统自己的名称 */
#include <dlfcn.h>
#define LIBRARY "libmps_client.so"
#define __stdcall
#define LoadLibraryA(name) dlopen(name, RTLD_NOW)
#define GetProcAddress dlsym
typedef void *HMODULE;
#endif

typedef int(__stdcall *_MPS_Call)(char *req, char *resp);

/* 加载动态库并调用。返回 0 时 resp 中是应答报文（GBK，以 0 结尾）。 */
static int test(char *req, char *resp)
{
    static _MPS_Call MPS_Call; /* 加载一次，以后一直用；每次加载、释放也可以，只是慢一些 */
    HMODULE st_lib;

    if (MPS_Call == NULL) {
        st_lib = LoadLibraryA(LIBRARY);
        if (st_lib == NULL) {
            fprintf(stderr, "加载动态库失败：" LIBRARY " 不在程序所在目录，或位数与程序不同\n");
            return -1;
        }
        MPS_Call = (_MPS_Call)(void *)GetProcAddress(st_lib, "MPS_Call");
        if (MPS_Call == NULL) {
            fprintf(stderr, "查找函数失败：" LIBRARY " 中没有 MPS_Call\n");
            return -1;
        }
    }
    return MPS_Call(req, resp);
}

int main(int argc, char **argv)
{
    const char *type = argc > 1 ? argv[1] : "03"; /* mdtrt_cert_type */
    const char *code = argc > 2 ? argv[2] : "";
    size_t size = argc > 3 ? (size_t)atoi(argv[3]) : MPS_ANSWER_SIZE;
    char req[2048], code_element[1024] = "";
    char *resp;
    mps_answer answer;
    int good;

    if (size < 65 || size > MPS_ANSWER_SIZE || strlen(type) != 2 || strlen(code) > 512 || strpbrk(code, "<>&") != NULL) {
        fprintf(stderr, "用法：mps_example 03|01 [码 [字节]]\n");
        return 2;
    }
    if (code[0] != '\0')
        sprintf(code_element, "<ec_qr_code>%s</ec_qr_code>", code);
    sprintf(req,
            "<?xml version=\"1.0\" encoding=\"GBK\" ?>"
            "<request><Header><funid>N04.00.00.01</funid><sign>0000000000000000</sign></Header>"
            "<Body><mdtrt_cert_type>%s</mdtrt_cert_type>%s</Body></request>",
            type, code_element);

    /*
     * 用空格填满、以 0 结尾：动态库由此知道 resp 有多大。放不下时应答是一份说明原因的失败报文；
     * 不要换个更大的缓冲区自动重试：卡会再读一次，码会再用一次。
     */
    resp = (char *)malloc(size);
    if (resp == NULL)
        return 2;
    memset(resp, ' ', size - 1);
    resp[size - 1] = '\0';

    if (test(req, resp) != 0) { /* 不是 0：没有应答，resp 不可用 */
        free(resp);
        return 2;
    }

    good = mps_read_answer(resp, type, &answer);
    free(resp);
    if (answer.problem[0] == '\0' || answer.result[0] != '\0')
        printf("funid=%s\nresult=%s\nmsg=%s\n", answer.funid, answer.result, answer.msg);
    if (!good) {
        if (answer.problem[0] != '\0')
            printf("error=%s\n", answer.problem);
        return 1;
    }
    if (strcmp(type, "03") == 0)
        printf("idcard_no=%s\ncard_no=%s\nname=%s\ncard_code=%s\n", answer.id_number, answer.card_no, answer.name,
               answer.card_code);
    else
        printf("idNo=%s\nuserName=%s\necToken=%s\n", answer.id_number, answer.name, answer.ec_token);
    return 0;
}
