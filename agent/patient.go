package agent

import (
	"context"

	"mps/mask"
	"mps/protocol"
	"mps/voucher"
)

// patientInfo is function N04.00.00.01.
func (a *Agent) patientInfo(ctx context.Context, r *protocol.Request) (map[string]string, error) {
	if certType, _ := r.Param(protocol.CertType); certType == protocol.CertCard {
		return a.readCard(ctx)
	}
	return a.queryVoucher(ctx, r)
}

func (a *Agent) readCard(ctx context.Context) (map[string]string, error) {
	c, err := withTurn(ctx, a.cards, a.options.Cards.Read)
	if err != nil {
		return nil, err
	}
	if !c.IDNumberValid {
		a.options.Log.Warn("卡内身份证号的校验码不对")
	}
	return map[string]string{
		protocol.IDCardNo: c.IDNumber,
		protocol.CardNo:   c.Number,
		protocol.Name:     c.Name,
		protocol.CardCode: c.IdentificationCode,
	}, nil
}

func (a *Agent) queryVoucher(ctx context.Context, r *protocol.Request) (map[string]string, error) {
	if a.options.Vouchers == nil {
		return nil, vouchersAbsent.With()
	}
	query := a.options.Query
	query.Code, _ = r.Param(protocol.VoucherCode)
	answer, err := a.options.Vouchers.lookUp(ctx, query, a.scanner)
	if err != nil {
		return nil, err
	}
	a.options.Log.Info("已查询电子凭证", about(answer)...)
	if err := answer.Err(); err != nil {
		return nil, err
	}
	return map[string]string{protocol.OutPut: string(answer.JSON)}, nil
}

// about is what the log says of an answer. Only a server names a query.
func about(answer *voucher.Answer) []any {
	attrs := []any{"centre_code", answer.Code}
	if answer.RequestID != "" {
		attrs = append(attrs, "request_id", mask.Public(answer.RequestID))
	}
	return attrs
}
